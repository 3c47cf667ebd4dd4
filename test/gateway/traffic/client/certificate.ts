/**
 * A certificate for `localhost` that nobody trusts who is not told to, and its key. For servers of
 * tests on loopback only.
 */
export const certificate = {
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgWy6HIJuUMxQQVeB4
onUEPTdLo9HCH2csM9eaiMd6EV+hRANCAASDGovdhmQowk1vusFu5+/W8knjD0Ae
LHuGMEviPl6BQlmxn7j7M1WkxXVmgEnsT/K8Ot1+Z7aXoGheY9oMB6+t
-----END PRIVATE KEY-----`,
  cert: `-----BEGIN CERTIFICATE-----
MIIBmzCCAUGgAwIBAgIUIzr4gSujqS8rnwfiEaDDQsfrZ4kwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMzAwNTM0MloYDzIxMjYxMDMw
MDA1MzQyWjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAASDGovdhmQowk1vusFu5+/W8knjD0AeLHuGMEviPl6BQlmxn7j7M1Wk
xXVmgEnsT/K8Ot1+Z7aXoGheY9oMB6+to28wbTAdBgNVHQ4EFgQUae3dgl7fPjkB
qJOCblW/WJN43O4wHwYDVR0jBBgwFoAUae3dgl7fPjkBqJOCblW/WJN43O4wDwYD
VR0TAQH/BAUwAwEB/zAaBgNVHREEEzARgglsb2NhbGhvc3SHBH8AAAEwCgYIKoZI
zj0EAwIDSAAwRQIhALdZF+1nlXaHyGrlVcuHIYXo12+GOHNCuuVgxVk1cnnEAiA+
dQLDFr7BzpoFDIS5V0boGU7bPTmEv6FeE/C1ts88og==
-----END CERTIFICATE-----`,
}

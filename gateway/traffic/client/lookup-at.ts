import { isIP, type LookupFunction } from 'node:net'

/** Connects to this host for any name; TLS and `Host` keep the name. */
export const lookupAt =
  (host: string): LookupFunction =>
  (_name, { all }, done) => {
    const family = isIP(host)
    if (all) done(null, [{ address: host, family }])
    else done(null, host, family)
  }

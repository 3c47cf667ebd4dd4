/**
 * Node's HTTP server without its clients. Import it from here: an `import` of `node:http` evaluates
 * all its exports, among them `WebSocket`, and so loads undici, which is not used: 5 MB.
 */
export const { createServer, STATUS_CODES, validateHeaderValue } = process.getBuiltinModule('node:http')

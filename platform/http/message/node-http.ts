/**
 * Node's HTTP server, without its clients. Whoever needs it imports it from here: an `import` of `node:http` reads everything that it
 * exports, among it a WebSocket, and so loads and keeps a client for the web which nobody here uses: 5 MB.
 */
export const { createServer, STATUS_CODES, validateHeaderValue } = process.getBuiltinModule('node:http')

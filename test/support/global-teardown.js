/** After all suites: ends the database server, if one was asked for, and removes its files. */
export default async function tearDown() {
  await globalThis.databaseHost?.close()
}

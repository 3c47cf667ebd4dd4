/** Flags of Node for the gateway's process; whoever starts it passes them on. They change what it costs, never what it does. */

/**
 * MB of each half of the young generation. By default it grows until everything in flight under load fits, and stays that large: a quarter of the
 * memory under load for a tenth of the CPU. Workers of the process have the same.
 */
export const gatewayFlags: readonly string[] = ['--max-semi-space-size=16']

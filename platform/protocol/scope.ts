/** What a token may allow. A service asks for exactly one of these where it guards something. */
export type Scope = 'banking:read' | 'banking:write' | 'banking:officer' | 'content:preview'

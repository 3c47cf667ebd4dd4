/** Scopes of tokens. Each guarded operation requires exactly one. */
export type Scope = 'banking:read' | 'banking:write' | 'banking:officer' | 'content:preview'

// The numbers of internal/limits that a phone is held to. testdata/limits.json of sync/crdt holds the server's, and a test
// compares: a phone that believed in other limits would cut sets that no server takes.

export const pushBytes = 1 << 20;
export const pushLines = 1000;
export const lineBytes = 256 << 10;
export const changeOps = 500;
export const jsonDepth = 32;
export const jsonKeys = 1000;
export const stateKeys = 1 << 20;
export const ctxEntries = 500;
export const pathBytes = 512;
export const pathSegments = 32;
export const pathRows = 8;
export const longValueBytes = 16 << 10;
export const idBytes = 128;
export const pullRows = 500;

/** The greatest integer that a double holds exactly with all its neighbours: no seq and no time is greater. */
export const maxSafe = Number.MAX_SAFE_INTEGER;

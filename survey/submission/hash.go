package submission

import "crypto/sha256"

// HashOf returns the id of posted bytes.
func HashOf(body []byte) Hash { return sha256.Sum256(body) }

package auth

import "crypto/ed25519"

// HashRuns returns how many password hashes were computed.
func HashRuns(s *Service) int64 { return s.hash.runs.Load() }

// SigningKey returns the key that signs access tokens now.
func SigningKey(s *Service) (kid string, key ed25519.PrivateKey) {
	k := s.keys.signingKeys()[0]
	return k.kid, k.private
}

// SignCertificate signs whatever a test wants to see refused for other reasons than its signature.
func SignCertificate(s *Service, c Certificate) (string, error) { return s.signCertificate(c) }

// ThrottleSlots counts what the throttle keeps.
func ThrottleSlots(s *Service) int {
	return len(s.throttle.account.slots) + len(s.throttle.address.slots) + len(s.throttle.pair.slots)
}

// CachedTokens counts the verified tokens that are remembered.
func CachedTokens(s *Service) int { return s.tokens.order.Len() }

// ParsePHC reads a stored hash.
func ParsePHC(phc string) (HashParams, []byte, []byte, error) { return parsePHC(phc) }

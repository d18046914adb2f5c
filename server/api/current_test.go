package api_test

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// The sums are written by go generate: a contract edited without generating, and generated code edited by
// hand, both show here.
func TestGeneratedCodeIsCurrent(t *testing.T) {
	sums, err := os.ReadFile("api.sum")
	require.NoError(t, err)
	lines := strings.Split(strings.TrimSpace(string(sums)), "\n")
	require.Len(t, lines, 3)
	for _, line := range lines {
		want, name, ok := strings.Cut(line, "  ")
		require.True(t, ok, line)
		body, err := os.ReadFile(name)
		require.NoError(t, err)
		got := sha256.Sum256(body)
		require.Equal(t, want, hex.EncodeToString(got[:]), "%s changed: run go generate ./server/api", name)
	}
}

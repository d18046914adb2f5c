package survey

import (
	"maps"
	"slices"
	"strconv"
)

func itoa(n int) string { return strconv.Itoa(n) }

func sortedKeys(set map[string]bool) []string {
	return slices.Sorted(maps.Keys(set))
}

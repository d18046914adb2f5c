package entity

import (
	"slices"

	"ruhu/survey"
)

// placeProperties are the properties that say where an entity is, the most exact first.
var placeProperties = [...]string{"grid", "grid_code", "village", "village_code"}

// PlaceOf returns the area whose workers see an entity: the grid or village that a property of it names, where that lies in
// the street; else the whole street.
func PlaceOf(street string, properties map[string]string) string {
	for _, name := range placeProperties {
		code := properties[name]
		if kind := survey.KindOf(code); (kind == survey.Grid || kind == survey.Village) && survey.StreetOf(code) == street {
			return code
		}
	}
	return street
}

// placesOf returns the places whose entities a worker sees: the own grids, their villages, and the street. Sorted.
func placesOf(street string, grids []string) []string {
	out := []string{street}
	for _, g := range grids {
		if survey.StreetOf(g) == street {
			out = append(out, g, survey.VillageOf(g))
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

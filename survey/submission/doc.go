// Package submission turns what OpenRosa clients post into change sets: new records, edits as three-way merges, late files,
// split and repeated posts, in any order. It keeps the posted bytes. It knows neither HTTP nor SQL: what it needs of
// forms, files and the log it is given. Why it is shaped so stands in survey/DESIGN.md.
package submission

// Package entity keeps the lists of things a survey returns to: wells, meeting points, open matters. A submission creates or
// updates entities; phones get each list as CSV and go on working with it offline, on branches of their own.
//
// What an entity is follows from the set of changes received, whatever their order of arrival (Derive). Its server version
// counts what was stored, so it only grows. Nothing a phone sent is lost: a value that lost is kept beside the one shown,
// what cannot be applied is listed for the office. An erased submission leaves the skeleton of its changes: what they had
// replaced never comes back.
package entity

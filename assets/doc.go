// Package assets holds the built page.
package assets

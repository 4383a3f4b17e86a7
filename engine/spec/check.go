package spec

// Check reads a Spec as Parse does and returns everything that is wrong with it, field by field.
func Check(text []byte) []error {
	s, err := parse(text)
	if err != nil {
		return []error{err}
	}
	return s.check().wrong
}

//go:build !js

package signal

// page is what is known of plots where there is no page: the sizes that they are drawn for.
type page struct{ boxes map[string]box }

func (p *page) rendered(*stack, []lane) {}

package experiment

import "cosinelab/datasets"

// WindowsOf are the windows to fit, to validate, to choose a threshold by and to score.
func WindowsOf(p *Prepared) (fit, valid, train, test datasets.Windows) {
	return p.fit, p.valid, p.train, p.test
}

package datasets

import (
	"path"
	"slices"
	"strings"

	"cosinelab/datasets/fault"
	"cosinelab/datasets/table"
)

// fileParts are the files of a set: the whole, or training and test part, with labels in files of their own
// where there are some.
type fileParts struct {
	whole       *File
	train       []File // one after the other
	test        *File
	labels      *File // of the test part, or of the whole
	trainLabels *File
}

// part is what a file is to a set.
type part int

const (
	partWhole part = iota // everything in one
	partTrain
	partTest
	partLabels
	partTrainLabels
	partCount
)

// partNames are the words by which messages tell the parts.
var partNames = [partCount]string{partTrain: "train", partTest: "test", partLabels: "label",
	partTrainLabels: "train label"}

// Words in the names of files that say what they hold. Words that say it only in pairs come last.
var (
	labelFileWords = []string{"label", "truth", "라벨", "레이블", "정답", "windows", "interval", "标签"}
	trainFileWords = []string{"train", "trn", "학습", "훈련", "训练"}
	testFileWords  = []string{"test", "tst", "시험", "테스트", "评估", "测试"}
	notTestWords   = []string{"latest", "contest", "fastest", "protest", "attest", "greatest"}
	wellFileWords  = []string{"normal", "benign", "nominal", "14days", "정상", "healthy", "faultfree"}
	wrongFileWords = []string{"abnormal", "attack", "anomal", "faulty", "비정상", "이상", "공격"}
)

// partOf goes by the words in a file's name, or else in that of its folder; pairs = words count that say
// whether all is well.
func partOf(f File, pairs bool) part {
	switch {
	case f.is != partWhole:
		return f.is
	case f.lists:
		return partLabels
	}
	name := f.Name
	if f.Inside != "" {
		name = f.Inside
	}
	for _, word := range []string{path.Base(name), path.Base(path.Dir(name))} {
		word = strings.ToLower(word)
		if k := partOfWord(word, pairs); k != partWhole {
			return k
		}
	}
	return partWhole
}

func partOfWord(word string, pairs bool) part {
	for _, not := range notTestWords {
		word = strings.ReplaceAll(word, not, "")
	}
	any := func(list []string) bool {
		return slices.ContainsFunc(list, func(w string) bool { return strings.Contains(word, w) })
	}
	stem, _, _ := strings.Cut(word, ".")
	tokens := strings.FieldsFunc(stem, func(r rune) bool { return strings.ContainsRune("_- 0123456789()", r) })
	has := func(t ...string) bool {
		return slices.ContainsFunc(tokens, func(w string) bool { return slices.Contains(t, w) })
	}
	train, test := any(trainFileWords) || has("tr"), any(testFileWords) || has("te")
	labels := any(labelFileWords) || has("y", "gt", "target", "targets", "ytest", "ytrain", "anomalies") ||
		strings.HasPrefix(stem, "y_")
	switch {
	case labels && train && !test:
		return partTrainLabels
	case labels:
		return partLabels
	case train:
		return partTrain
	case test:
		return partTest
	case pairs && any(wrongFileWords):
		return partTest
	case pairs && any(wellFileWords):
		return partTrain
	}
	return partWhole
}

// sortParts decides what each file is. A file on its own is everything, whatever its name.
func sortParts(files []File) (p fileParts, err error) {
	if len(files) == 1 {
		p.whole = &files[0]
		return p, nil
	}
	pairs := !slices.ContainsFunc(files, func(f File) bool {
		k := partOf(f, false)
		return k == partTrain || k == partTest
	})
	for i, f := range files {
		if err := p.put(partOf(f, pairs), &files[i], f); err != nil {
			return p, err
		}
	}
	slices.SortStableFunc(p.train, func(a, b File) int { return byNumbers(a.Name, b.Name) })
	switch {
	case len(p.train) > 0 && p.test != nil && p.whole == nil:
	case p.whole != nil && p.labels != nil && len(files) == 2:
	case p.whole != nil:
		return p, table.InFile(p.whole.Name, fault.New("data-no-part"))
	case len(p.train) == 0:
		return p, fault.New("data-part-missing", partNames[partTrain])
	default:
		return p, fault.New("data-part-missing", partNames[partTest])
	}
	return p, nil
}

// put gives a file its part, which only the training part may have several of.
func (p *fileParts) put(k part, at *File, f File) error {
	if k == partTrain {
		p.train = append(p.train, f)
		return nil
	}
	place := map[part]**File{partWhole: &p.whole, partTest: &p.test, partLabels: &p.labels,
		partTrainLabels: &p.trainLabels}[k]
	if *place != nil {
		return table.InFile(f.Name, twice(k, table.VisibleFile((*place).Name)))
	}
	*place = at
	return nil
}

// twice says that another file is the same part of a set.
func twice(k part, other string) error {
	if k == partWhole {
		return fault.New("data-no-part-twice", other)
	}
	return fault.New("data-part-twice", partNames[k], other)
}

// byNumbers compares names, numbers in them as numbers: train_2 comes before train_10.
func byNumbers(a, b string) int {
	for a != "" && b != "" {
		m, n := digitsOf(a), digitsOf(b)
		if m > 0 && n > 0 {
			x, y := strings.TrimLeft(a[:m], "0"), strings.TrimLeft(b[:n], "0")
			if len(x) != len(y) {
				return len(x) - len(y)
			}
			if c := strings.Compare(x, y); c != 0 {
				return c
			}
			a, b = a[m:], b[n:]
			continue
		}
		if a[0] != b[0] {
			return int(a[0]) - int(b[0])
		}
		a, b = a[1:], b[1:]
	}
	return len(a) - len(b)
}

// digitsOf is how many digits a text begins with.
func digitsOf(text string) int {
	return len(text) - len(strings.TrimLeft(text, "0123456789"))
}

package spec

import "strings"

// What every kind has: String is its name, which is what JSON has in its place. WordKey is the key of its
// title in the languages' files; that of a model, whose title is a proper name, is the key of a sentence
// about it.

// wordKey is how the languages' files call a name: their keys have hyphens where JSON has underscores.
func wordKey(prefix, name string) string { return prefix + "-" + strings.ReplaceAll(name, "_", "-") }

// SetKey is the key of what a policy is called with its parameters, in the order of its row.
func (k PolicyKind) SetKey() string { return k.WordKey() + "-set" }

func (i ModelInfo) name() string { return i.Name }

func (k ModelKind) String() string                   { return nameOf(k, Models[:]) }
func (k ModelKind) WordKey() string                  { return wordKey("model", k.String()) }
func (k ModelKind) MarshalText() ([]byte, error)     { return textOf(k, Models[:]) }
func (k *ModelKind) UnmarshalText(text []byte) error { return read(k, text, Models[:]) }

func (i ScoreInfo) name() string { return i.Name }

func (k ScoreKind) String() string                   { return nameOf(k, Scores[:]) }
func (k ScoreKind) WordKey() string                  { return wordKey("score", k.String()) }
func (k ScoreKind) MarshalText() ([]byte, error)     { return textOf(k, Scores[:]) }
func (k *ScoreKind) UnmarshalText(text []byte) error { return read(k, text, Scores[:]) }

func (i PolicyInfo) name() string { return i.Name }

func (k PolicyKind) String() string                   { return nameOf(k, Policies[:]) }
func (k PolicyKind) WordKey() string                  { return wordKey("policy", k.String()) }
func (k PolicyKind) MarshalText() ([]byte, error)     { return textOf(k, Policies[:]) }
func (k *PolicyKind) UnmarshalText(text []byte) error { return read(k, text, Policies[:]) }

func (i SawInfo) name() string { return i.Name }

func (k SawKind) String() string                   { return nameOf(k, Saws[:]) }
func (k SawKind) WordKey() string                  { return wordKey("saw", Saws[k].Key) }
func (k SawKind) MarshalText() ([]byte, error)     { return textOf(k, Saws[:]) }
func (k *SawKind) UnmarshalText(text []byte) error { return read(k, text, Saws[:]) }

func (i ObjectiveInfo) name() string { return i.Name }

func (k ObjectiveKind) String() string                   { return nameOf(k, Objectives[:]) }
func (k ObjectiveKind) WordKey() string                  { return wordKey("objective", k.String()) }
func (k ObjectiveKind) MarshalText() ([]byte, error)     { return textOf(k, Objectives[:]) }
func (k *ObjectiveKind) UnmarshalText(text []byte) error { return read(k, text, Objectives[:]) }

func (i AxisInfo) name() string { return i.Name }

func (k AxisKind) String() string                   { return nameOf(k, Axes[:]) }
func (k AxisKind) WordKey() string                  { return wordKey("axis", k.String()) }
func (k AxisKind) MarshalText() ([]byte, error)     { return textOf(k, Axes[:]) }
func (k *AxisKind) UnmarshalText(text []byte) error { return read(k, text, Axes[:]) }

func (i TargetInfo) name() string { return i.Name }

func (k TargetKind) String() string                   { return nameOf(k, Targets[:]) }
func (k TargetKind) MarshalText() ([]byte, error)     { return textOf(k, Targets[:]) }
func (k *TargetKind) UnmarshalText(text []byte) error { return read(k, text, Targets[:]) }

func (i WeightScheduleInfo) name() string { return i.Name }

func (k WeightScheduleKind) String() string               { return nameOf(k, WeightSchedules[:]) }
func (k WeightScheduleKind) WordKey() string              { return wordKey("weight-schedule", k.String()) }
func (k WeightScheduleKind) MarshalText() ([]byte, error) { return textOf(k, WeightSchedules[:]) }
func (k *WeightScheduleKind) UnmarshalText(text []byte) error {
	return read(k, text, WeightSchedules[:])
}

func (i ControlInfo) name() string { return i.Name }

func (k ControlKind) String() string                   { return nameOf(k, Controls[:]) }
func (k ControlKind) WordKey() string                  { return wordKey("control", k.String()) }
func (k ControlKind) MarshalText() ([]byte, error)     { return textOf(k, Controls[:]) }
func (k *ControlKind) UnmarshalText(text []byte) error { return read(k, text, Controls[:]) }

func (i ControlParamInfo) name() string { return i.Name }

func (k ControlParamKind) String() string  { return nameOf(k, ControlParams[:]) }
func (k ControlParamKind) WordKey() string { return wordKey("control-param", k.String()) }

func (i PartInfo) name() string { return i.Name }

func (k PartKind) String() string                   { return nameOf(k, Parts[:]) }
func (k PartKind) WordKey() string                  { return wordKey("part", k.String()) }
func (k PartKind) MarshalText() ([]byte, error)     { return textOf(k, Parts[:]) }
func (k *PartKind) UnmarshalText(text []byte) error { return read(k, text, Parts[:]) }

func (i RateScheduleInfo) name() string { return i.Name }

func (k RateScheduleKind) String() string                   { return nameOf(k, RateSchedules[:]) }
func (k RateScheduleKind) WordKey() string                  { return wordKey("rate-schedule", k.String()) }
func (k RateScheduleKind) MarshalText() ([]byte, error)     { return textOf(k, RateSchedules[:]) }
func (k *RateScheduleKind) UnmarshalText(text []byte) error { return read(k, text, RateSchedules[:]) }

func (i ScalingInfo) name() string { return i.Name }

func (k ScalingKind) String() string                   { return nameOf(k, Scalings[:]) }
func (k ScalingKind) WordKey() string                  { return wordKey("scaling", k.String()) }
func (k ScalingKind) MarshalText() ([]byte, error)     { return textOf(k, Scalings[:]) }
func (k *ScalingKind) UnmarshalText(text []byte) error { return read(k, text, Scalings[:]) }

func (i OutcomeInfo) name() string { return i.Name }

func (k OutcomeKind) String() string                   { return nameOf(k, Outcomes[:]) }
func (k OutcomeKind) MarshalText() ([]byte, error)     { return textOf(k, Outcomes[:]) }
func (k *OutcomeKind) UnmarshalText(text []byte) error { return read(k, text, Outcomes[:]) }

func (i EvaluateInfo) name() string { return i.Name }

func (k EvaluateKind) String() string                   { return nameOf(k, Evaluations[:]) }
func (k EvaluateKind) WordKey() string                  { return wordKey("evaluate", k.String()) }
func (k EvaluateKind) MarshalText() ([]byte, error)     { return textOf(k, Evaluations[:]) }
func (k *EvaluateKind) UnmarshalText(text []byte) error { return read(k, text, Evaluations[:]) }

func (i PhaseInfo) name() string { return i.Name }

func (k PhaseKind) String() string                   { return nameOf(k, Phases[:]) }
func (k PhaseKind) MarshalText() ([]byte, error)     { return textOf(k, Phases[:]) }
func (k *PhaseKind) UnmarshalText(text []byte) error { return read(k, text, Phases[:]) }

func (i SizeInfo) name() string { return i.Name }

func (k SizeKind) String() string  { return nameOf(k, Sizes[:]) }
func (k SizeKind) WordKey() string { return wordKey("size", k.String()) }

func (i ConstantInfo) name() string { return i.Name }

func (k ConstantKind) String() string  { return nameOf(k, ConstantTable[:]) }
func (k ConstantKind) WordKey() string { return wordKey("constant", k.String()) }

func (i PriorInfo) name() string { return i.Name }

func (k PriorKind) String() string                   { return nameOf(k, Priors[:]) }
func (k PriorKind) WordKey() string                  { return wordKey("prior", k.String()) }
func (k PriorKind) MarshalText() ([]byte, error)     { return textOf(k, Priors[:]) }
func (k *PriorKind) UnmarshalText(text []byte) error { return read(k, text, Priors[:]) }

func (i EdgeInfo) name() string { return i.Name }

func (k EdgeKind) String() string                   { return nameOf(k, Edges[:]) }
func (k EdgeKind) WordKey() string                  { return wordKey("edges", k.String()) }
func (k EdgeKind) MarshalText() ([]byte, error)     { return textOf(k, Edges[:]) }
func (k *EdgeKind) UnmarshalText(text []byte) error { return read(k, text, Edges[:]) }

func (i ParamInfo) name() string { return i.Name }

func (k ParamKind) String() string  { return nameOf(k, Params[:]) }
func (k ParamKind) WordKey() string { return wordKey("param", k.String()) }

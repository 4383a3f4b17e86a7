package signal

// Words is everything that the stack says. The verbs of fmt stand for what the comment names.
type Words struct {
	Signal, Channels, ChannelsHint string
	ChannelsOf                     string // channels
	Truth, Right, False, Missed    string // the key
	Alarm                          string // the key, without labels
	Overview, WholePart            string
	InView, StepsInView            string // -; steps
	Channel                        string // index
	Cosine, PerStep                string
	Score                          string
	Threshold                      string // threshold
	ByHand                         string // threshold
	Input, Teacher, Student        string
	Segments                       string // follows found: segments
	FalseAlarms, Alarms            string // follow a number
	Waits, NoSeries                string
	Step                           string
	StepsAPixel                    string // steps

	// Sentences for those who do not see the charts.
	SayOverview  string // steps, anomalies, from, to
	SayBrush     string // from, to
	SayChannel   string // lane, lowest, highest
	SayCosine    string // means, one SayMean each
	SayMean      string // arm, mean
	SayNoValues  string // lane
	SayScore     string // arm, highest score
	SayAlarms    string // found, segments, false
	SayUnlabeled string // alarms
	SayAxis      string // from, to
	ThresholdOf  string // arm
	Brush        string
}

// English is the stack in English.
var English = Words{
	Signal: "Signal", Channels: "Channels", ChannelsHint: "Channel numbers, at most two: 4, 22", ChannelsOf: "/ %d",
	Truth: "true anomaly", Right: "alarm, right", False: "alarm, false", Missed: "missed", Alarm: "alarm",
	Overview: "Overview", WholePart: "whole test part", InView: "in view", StepsInView: "%s steps",
	Channel: "Channel %d", Cosine: "Cosine to teacher", PerStep: "per step",
	Score: "score", Threshold: "score, δ %s", ByHand: "δ %s, by hand",
	Input: "input", Teacher: "teacher", Student: "student",
	Segments: "/ %d segments", FalseAlarms: "false", Alarms: "alarms",
	Waits: "waits for its turn", NoSeries: "no series yet",
	Step: "step", StepsAPixel: "%s steps a pixel",

	SayOverview:  "Overview of the whole test part: %s steps, %d true anomalies; in view are the steps %s to %s.",
	SayBrush:     "steps %s to %s",
	SayChannel:   "%s: the input lies between %s and %s.",
	SayCosine:    "Cosine of teacher and student output per step: %s.",
	SayMean:      "%s %s on average",
	SayNoValues:  "%s: no values yet.",
	SayScore:     "Score of %s, highest %s.",
	SayAlarms:    "Alarms find %d of %d true anomalies in view; %d are false.",
	SayUnlabeled: "%d alarms in view.",
	SayAxis:      "Time axis: steps %s to %s.",
	ThresholdOf:  "threshold of %s",
	Brush:        "steps in view",
}

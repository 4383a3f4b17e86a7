// Package words is everything the page says.
package words

import "fmt"

// Key names one thing that the page says.
type Key int

// A key's comment gives its arguments. Text between two asterisks is strong.
const (
	Title Key = iota
	SkipToSignal
	RunControl
	Train
	TrainAgain
	Pause
	Continue
	Step
	Stop
	Reset
	CopyLink
	CopyLinkHint
	Theme
	Keys
	KeysList
	DeviceHint // device
	WorkersHint
	WorkersOne // workers
	WorkersN   // workers

	// Status line.
	StatusLoading
	StatusRuns     // runs
	StatusDone     // done, runs
	StatusStopped  // done, runs
	StatusPaused   // step
	StatusStopping // -
	StatusEpoch    // epoch, epochs
	StatusRun      // arm, seed
	StatusData
	StatusScore    // arm, seed
	StatusMeasured // percent
	StatusAtOnce   // runs
	StatusLeft     // duration
	StatusCopied
	StatusNotCopied
	StatusAskReset // runs
	StatusForgot

	// Recipe.
	Experiment
	Data
	Source
	Builtin
	Benchmark
	File
	Series
	ChooseSeries   // how many
	SeriesShape    // channels, steps
	SeriesTruth    // percent
	SeriesNoLabels // -
	SeriesFilled   // cells, rule
	Reading        // name
	NoBenchmark
	DropOrChoose // -
	ChooseFile
	DropToRead
	FilePrivate
	FileNeeded // name
	NoFileYet
	Teacher
	Frozen
	Student
	Objective
	OwnLoss
	FormulaCosine
	FormulaMSE
	FormulaAlone
	FormulaSpoken
	Weight
	Axis
	AxisChannel
	AxisTime
	AxisWindow
	WeightSchedule
	Constant
	Linear
	CosineCurve
	InSteps
	Arms
	Control
	Training
	Epochs
	Rate
	Seeds
	SeedsHint
	Threshold
	TrainPercentile
	TrainTestPercentile
	MeanSigma
	POT
	SPOT
	Dynamic
	FixedThreshold
	BestF1
	AtTrainPercentile     // percent
	AtTrainTestPercentile // percent
	AtMeanSigma           // deviations
	AtPOT                 // share
	AtSPOT                // share
	AtDynamic             // -
	AtFixed               // value
	AtBestF1              // -
	Percentile
	Sigmas
	TailFrom
	TailRisk
	ThresholdValue
	Smoothing
	SmoothingHint
	Warm
	WarmHint
	ScoresWere   // how
	ScoredWarm   // steps
	ScoredSmooth // span
	AllSettings
	FewerSettings
	Window
	Stride
	Scaling
	Standard
	None
	DataSeed
	LabelColumn
	LabelHint
	Split
	TeacherEpochs
	SizeWidth
	SizeHeads
	SizeLayers
	SizeDFF
	SizeLatent
	SizeFlows
	SizeCentres
	SizeFeatures
	SizeMLP
	Batch
	Clip
	RateSchedule
	Reference
	Validation
	Patience
	Score
	ScoreModel
	ScoreReconstruction
	ScoreAssociation
	ScoreLikelihood
	ScoreOneClass
	ScoreDisagreement
	Width  // d_model
	Layers // number

	// Typed values.
	NotANumber   // typed
	NotWhole     // typed
	OutOfRange   // typed, low, high
	NotAChoice   // typed
	NotSeeds     // typed
	RepeatedSeed // seed

	// Arms.
	ArmAlone
	ArmCosine
	ArmMSE
	ArmUntrained
	ArmRandom
	ArmTeacher
	ShortAlone

	// Verdict.
	Verdict
	TagIdle
	TagTraining
	TagPaused
	TagTrained
	TagStopped
	TagFileError
	TagDataError
	TagRunError
	TagSpecError
	TagLinkError
	TagEngineError
	IdleNote
	IdleClaim
	IdleWhy
	Changed
	NoVerdictYet  // done, runs
	NoVerdictWhy  // baseline, arm
	NoVerdictLeft // baseline, arm, duration
	NotEnough     // done, runs
	WorkerLost    // reason
	WorkerWasLost
	EngineWasLost
	EngineWentOn
	NoLabelsClaim     // -
	NoLabelsWhy       // -
	OneSeedClaim      // difference, metric
	OneSeedWhy        // -
	NullClaim         // method, difference, metric, seeds
	NoDifferenceClaim // method, difference, metric, seeds
	PositiveClaim     // method, difference, metric, seeds, data
	HarmClaim         // method, difference, metric
	NothingToCompare  // -
	NothingWhy
	RunsFailed // arm, reason
	MethodCosine
	MethodMSE
	Doubtful     // arm
	DoubtfulOne  // arm
	Agree        // metrics
	AgreesOne    // metric
	Within       // metrics
	WithinOne    // metric
	Disagree     // metrics
	DisagreesOne // metric
	Flatters     // metric, value, random
	FlatNoGap    // metric, value, random
	And
	LastRunStays
	NothingChanged
	DefaultShown
	EngineLost // reason
	SettingsStay
	ResultsStay
	RunIsKept
	StartAgain
	StartAndGoOn
	EffectCaption // metric, arm
	EffectSpread
	EffectSpoken // metric, values, mean
	SeedN        // seed
	RunMatrix

	// Signal.
	StackSignal
	StackChannels
	StackChannelsHint
	CausesTitle
	CausesNone
	CausesHint
	CausesUnknown
	CausesAlarm      // first step, last step
	CausesAlarmAt    // step
	CausesRight      // alarm, anomaly
	CausesFalse      // alarm
	CausesMissed     // anomaly
	CausesTrue       // anomaly, channels
	CausesMore       // channels, how many more
	CauseSpoken      // channel, share
	CauseSpokenRight // channel, share, anomaly
	HitRate100
	HitRate150
	HitRateOf       // title, value, chance
	StackChannelsOf // channels
	StackTruth
	StackRight
	StackFalse
	StackMissed
	StackAlarm // the key, without labels
	StackOverview
	StackWholePart
	StackInView      // -; steps
	StackStepsInView // -; steps
	StackChannel     // number
	StackOf          // channels
	StackChannelOf   // number, channels
	StackMoves
	StackCosine
	StackPerStep
	StackScore
	StackThreshold // threshold
	StackByHand    // threshold
	StackInput
	StackTeacher
	StackStudent
	StackSegments    // follows found: segments
	StackFalseAlarms // follow a number
	StackAlarms      // follow a number
	StackWaits
	StackNoSeries
	StackStep
	StackStepsAPixel // steps
	SayOverview      // steps, anomalies, from, to
	SayBrush         // from, to
	SayChannel       // lane, lowest, highest
	SayCosine        // means, one SayMean each
	SayMean          // arm, mean
	SayNoValues      // lane
	SayScore         // arm, highest score
	SayAlarms        // found, segments, false
	SayUnlabeled     // alarms
	SayAxis          // from, to
	StackThresholdOf // arm
	StackBrush
	NotChannels // typed, channels
	DataFormat
	ChooseAnother
	BackTo // title

	// Learning.
	Learning
	LearningNone
	Loss
	LossOf // arm, seed
	ValidationLoss
	CosineToTeacher
	ByEpoch
	PartTotal
	PartOwn
	PartReconstruction
	PartPrediction
	PartDiscrepancy
	PartLikelihood
	PartPrior
	PartPosterior
	PartSparsity
	PartSelfSupervision
	PartOneClass
	PartOrthogonality
	PartCosine
	PartMSE
	StepStats // ms, norm
	StepMs    // ms

	// Results.
	Results
	Honest
	Flattering
	Chance
	Untrained
	SeedOf    // done, seeds
	DefinedIn // seeds with a value, seeds
	OneSeed
	ResultsMean // seeds
	ResultsOne
	ResultsProvisional
	ResultsLast // data
	ResultsNone
	ResultsNoLabels
	Legend
	LegendDoubtful
	CellDoubtful
	AllMetrics // metrics
	FewerMetrics
	Arm
	Pending
	RunFailed    // reason
	RunElsewhere // data
	ScoresDied
	ScoresReturn
	TailUnreliable
	SawNothing
	SawTrain
	SawPast
	SawTest
	SawLabels

	// The page of measurements.
	Bench
	BenchClaim
	BenchWhy
	BenchRun
	BenchStop
	BenchRuns
	BenchQuick   // runs
	BenchFull    // runs
	BenchFacts   // device, cores, browser
	BenchAddress // part of the address
	BenchReady
	BenchRunning
	BenchTiming // what
	BenchStopping
	BenchStopped
	BenchDone
	BenchCopied
	BenchNotCopied
	BenchCopy
	BenchDownload
	BenchJSON
	BenchTable
	BenchStartup
	BenchProducts
	BenchSteps
	BenchScoring
	BenchPage
	BenchEngine
	BenchEngineAfterPage
	BenchWindows // windows
	BenchFaster  // times
	BenchWorkers
	BenchMedian
	BenchP10
	BenchRunsColumn
	BenchGFLOP
	BenchSpeed
	BenchShare
	BenchRoofline
	BenchFoot
	count
)

// Language is what the page says in one language, indexed by Key.
type Language [count]string

// Say returns the words for k with its arguments put in.
func (l *Language) Say(k Key, args ...any) string {
	if len(args) == 0 {
		return l[k]
	}
	return fmt.Sprintf(l[k], args...)
}

package models

// JobRun is a run of a job that the cluster does once at each due time. A process
// claims it by its row until UntilAt. It is deleted after seven days.
type JobRun struct {
	Job     string `gorm:"primaryKey;size:64"`
	DueAt   Time   `gorm:"primaryKey"`
	Holder  ID     // random for each process
	UntilAt Time
	DoneAt  Time `null:"under way, failed, or its process was killed"`
}

// TableName implements schema.Tabler.
func (JobRun) TableName() string { return "job_runs" }

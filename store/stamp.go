package store

import (
	"time"

	"pingyi/models"
)

// stamp is a time as it is stored.
type stamp = models.Time

func at(t time.Time) stamp { return models.At(t) }

// beijingDay is the day of t in Asia/Shanghai as YYYYMMDD.
func beijingDay(t time.Time) string { return models.Day(t) }

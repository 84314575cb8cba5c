package models

import (
	"database/sql/driver"
	"fmt"
	"time"
)

// TimeForm is how a time is stored: it orders as text the way it orders in time, and
// is a literal of DATETIME(3) as well.
const TimeForm = "2006-01-02 15:04:05.000"

// Time is a point in time as it is stored: UTC, in milliseconds. The zero Time is
// NULL.
type Time struct{ time.Time }

// At returns t as it is stored.
func At(t time.Time) Time {
	if t.IsZero() {
		return Time{}
	}
	return Time{t.UTC().Truncate(time.Millisecond)}
}

// Value returns the stored form.
func (t Time) Value() (driver.Value, error) {
	if t.IsZero() {
		return nil, nil
	}
	return t.UTC().Format(TimeForm), nil
}

// Scan reads what Value wrote, also where the driver has parsed it.
func (t *Time) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*t = Time{}
		return nil
	case time.Time:
		*t = Time{v.UTC()}
		return nil
	case []byte:
		return t.parse(string(v))
	case string:
		return t.parse(v)
	default:
		return fmt.Errorf("a time of type %T", src)
	}
}

func (t *Time) parse(text string) error {
	at, err := time.Parse(TimeForm, text)
	if err != nil {
		return fmt.Errorf("a stored time is malformed: %w", err)
	}
	*t = Time{at}
	return nil
}

// GormDataType lets GORM bind a Time.
func (Time) GormDataType() string { return "time" }

// Beijing is where the days of the product begin and end: the whole of China has one
// time and no summer time.
var Beijing = time.FixedZone("Asia/Shanghai", 8*60*60)

// Day returns the day of t in Beijing as YYYYMMDD.
func Day(t time.Time) string { return t.In(Beijing).Format("20060102") }

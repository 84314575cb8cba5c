package store

import (
	"database/sql/driver"
	"fmt"
	"time"
)

// stampForm orders as text the way it orders in time, and is a literal of
// DATETIME(3) as well.
const stampForm = "2006-01-02 15:04:05.000"

// stamp is a point in time as it is stored: UTC, in milliseconds. The zero
// stamp is NULL.
type stamp struct{ time.Time }

func at(t time.Time) stamp {
	if t.IsZero() {
		return stamp{}
	}
	return stamp{t.UTC().Truncate(time.Millisecond)}
}

// Value is the stored form.
func (s stamp) Value() (driver.Value, error) {
	if s.IsZero() {
		return nil, nil
	}
	return s.UTC().Format(stampForm), nil
}

// Scan reads what Value wrote, also where the driver has parsed it.
func (s *stamp) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*s = stamp{}
		return nil
	case time.Time:
		*s = stamp{v.UTC()}
		return nil
	case []byte:
		return s.parse(string(v))
	case string:
		return s.parse(v)
	default:
		return fmt.Errorf("a time of type %T", src)
	}
}

func (s *stamp) parse(text string) error {
	t, err := time.Parse(stampForm, text)
	if err != nil {
		return fmt.Errorf("a stored time is malformed: %w", err)
	}
	*s = stamp{t}
	return nil
}

// GormDataType lets gorm bind a stamp.
func (stamp) GormDataType() string { return "time" }

// beijing is where the days of the product begin and end: the whole of China
// has one time and no summer time.
var beijing = time.FixedZone("Asia/Shanghai", 8*60*60)

// beijingDay is the day of t in Asia/Shanghai as YYYYMMDD.
func beijingDay(t time.Time) string { return t.In(beijing).Format("20060102") }

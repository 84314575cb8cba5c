package word

import (
	"strconv"
	"time"

	"pingyi/bot"
)

// Beijing is the time that citizens read; the country has one.
var Beijing = time.FixedZone("Asia/Shanghai", 8*60*60)

// Date writes the day of a time in Beijing.
func Date(t *bot.Turn, at time.Time) string {
	at = at.In(Beijing)
	return t.Fill(textDate, strconv.Itoa(at.Year()), strconv.Itoa(int(at.Month())), strconv.Itoa(at.Day()))
}

// Moment writes the day and minute of a time in Beijing, with its year where
// that is not this one.
func Moment(t *bot.Turn, at time.Time) string {
	at = at.In(Beijing)
	if at.Year() != t.In.At.In(Beijing).Year() {
		return Date(t, at) + at.Format("15:04")
	}
	return t.Fill(textMoment, strconv.Itoa(int(at.Month())), strconv.Itoa(at.Day()), at.Format("15:04"))
}

// Hour writes the hour of a time. Of complaints no finer time is kept, so none
// is shown.
func Hour(t *bot.Turn, at time.Time) string {
	at = at.In(Beijing)
	if at.Year() != t.In.At.In(Beijing).Year() {
		return t.Fill(textHourOf, Date(t, at), strconv.Itoa(at.Hour()))
	}
	return t.Fill(textHour, strconv.Itoa(int(at.Month())), strconv.Itoa(at.Day()), strconv.Itoa(at.Hour()))
}

// LastDay writes the last day of a campaign's rating window.
func LastDay(t *bot.Turn, c *bot.Campaign) string { return Date(t, c.To.Add(-time.Nanosecond)) }

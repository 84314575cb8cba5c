package wechat

import "strings"

// field is a field of a push that is read; all others are skipped.
type field uint8

const (
	fToUserName field = iota
	fEncrypt
	fFromUserName
	fCreateTime
	fMsgType
	fMsgID
	fContent
	fMark
	fPicURL
	fMediaID
	fRecognition
	fLatitude
	fLongitude
	fLabel
	fTitle
	fURL
	fEvent
	fEventKey
	fieldCount
)

// fieldOf finds a field by its name, which the platform writes the same in XML
// and JSON. Case matters: TEMPLATESENDJOBFINISH has a MsgID that is no MsgId.
func fieldOf(name string) (field, bool) {
	switch name {
	case "ToUserName":
		return fToUserName, true
	case "Encrypt":
		return fEncrypt, true
	case "FromUserName":
		return fFromUserName, true
	case "CreateTime":
		return fCreateTime, true
	case "MsgType":
		return fMsgType, true
	case "MsgId":
		return fMsgID, true
	case "Content":
		return fContent, true
	case "bizmsgmenuid":
		return fMark, true
	case "PicUrl":
		return fPicURL, true
	case "MediaId":
		return fMediaID, true
	case "Recognition":
		return fRecognition, true
	}
	return rareField(name)
}

func rareField(name string) (field, bool) {
	switch name {
	case "Location_X":
		return fLatitude, true
	case "Location_Y":
		return fLongitude, true
	case "Label":
		return fLabel, true
	case "Title":
		return fTitle, true
	case "Url":
		return fURL, true
	case "Event":
		return fEvent, true
	case "EventKey":
		return fEventKey, true
	}
	return 0, false
}

// maxFields bounds the fields of a push; the platform's have fewer than 20.
const maxFields = 64

// fields are the values of a push, "" where it has none. They are parts of the
// scanned string or strings of their own.
type fields struct {
	value [fieldCount]string
	names [maxFields]string // seen so far, known or not
	n     int
}

// see notes that the push has a field of this name; the reason is "" if it is
// the first of it.
func (f *fields) see(name string) Reason {
	for _, old := range f.names[:f.n] {
		if old == name {
			return Duplicate
		}
	}
	if f.n == len(f.names) {
		return Broken
	}
	f.names[f.n] = name
	f.n++
	return ""
}

// scan reads a push or its envelope, XML or JSON by its first character. The
// reason is "" when it went well, else Broken, TooDeep or Duplicate.
func (f *fields) scan(s string) Reason {
	s = strings.TrimPrefix(cleanString(s), "\ufeff")
	s = trimSpace(s)
	if strings.HasPrefix(s, "{") {
		return scanJSON(s, f)
	}
	return scanXML(s, f)
}

// space is what both XML and JSON take for white space.
const space = " \t\r\n"

// trimSpace drops white space at the front; mostly there is none.
func trimSpace(s string) string {
	if s != "" && s[0] > ' ' {
		return s
	}
	return strings.TrimLeft(s, space)
}

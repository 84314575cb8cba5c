// Package models is the data model. It has a struct for each table of the database,
// with every column, its bound, what NULL means, and in the struct's comment what a
// row proves and how it may change; the enumerations of the field (levels, channels,
// unit types, roles, phases); identifiers, times and error codes. Tables lists the
// structs. The migrations in store make the tables, and a test there compares both.
//
// It imports nothing of this module, and is imported by all of it.
package models

import (
	"database/sql/driver"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"strings"
	"time"
)

// ID is 16 bytes: random for rows and drafts, with a time in front where NewRowID
// made it; a truncated keyed hash for citizens, persons and pushes. It is stored
// as VARBINARY(16).
type ID [16]byte

// NewID reads a random ID from r, which is crypto/rand outside tests.
func NewID(r io.Reader) (ID, error) {
	var id ID
	if _, err := io.ReadFull(r, id[:]); err != nil {
		return ID{}, fmt.Errorf("read randomness: %w", err)
	}
	return id, nil
}

// NewRowID is the ID of a row made at a time: six bytes of its milliseconds, so
// that rows made one after the other are stored side by side, and ten that are
// random. Nothing may read an order from it.
func NewRowID(at time.Time, r io.Reader) (ID, error) {
	id, err := NewID(r)
	if err != nil {
		return ID{}, err
	}
	var ms [8]byte
	binary.BigEndian.PutUint64(ms[:], uint64(at.UnixMilli()))
	copy(id[:6], ms[2:])
	return id, nil
}

// IsZero reports whether the ID was never set.
func (id ID) IsZero() bool { return id == ID{} }

// String is the ID in hexadecimal; never print the ID of a citizen or person.
func (id ID) String() string { return hex.EncodeToString(id[:]) }

// ParseID reads what String wrote.
func ParseID(s string) (ID, error) {
	var id ID
	b, err := hex.DecodeString(s)
	if err != nil || len(b) != len(id) {
		return ID{}, fmt.Errorf("%q is no id", s)
	}
	copy(id[:], b)
	return id, nil
}

// Value stores the zero ID as NULL and any other as its 16 bytes.
func (id ID) Value() (driver.Value, error) {
	if id.IsZero() {
		return nil, nil
	}
	return id[:], nil
}

// Scan reads what Value wrote.
func (id *ID) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*id = ID{}
		return nil
	case []byte:
		if len(v) != len(id) {
			return fmt.Errorf("an id of %d bytes, not %d", len(v), len(id))
		}
		copy(id[:], v)
		return nil
	default:
		return fmt.Errorf("an id of type %T", src)
	}
}

// GormDataType lets GORM bind an ID like any other byte string.
func (ID) GormDataType() string { return "bytes" }

// Channel is where an opinion comes from (测评渠道).
type Channel string

// The channels that pingyi collects itself; others are imported.
const (
	Mobile Channel = "mobile" // 移动手机端测评, WeChat
	Social Channel = "social" // 微博测评, Weibo
)

// UnitType picks the wording of the questions.
type UnitType string

// Unit types of the register. A window is not rated by itself unless a
// campaign lists it as a unit.
const (
	Government  UnitType = "government"  // 政府部门
	Association UnitType = "association" // 社会团体
	Service     UnitType = "service"     // 公共服务单位
	Window      UnitType = "window"      // 窗口
)

// Valid reports whether t is one of the four types.
func (t UnitType) Valid() bool {
	switch t {
	case Government, Association, Service, Window:
		return true
	}
	return false
}

// Unit is a rated body (被评议单位) or one of its windows (窗口), as the register has it.
// Its code never changes and is never given to another unit; a unit that goes is
// retired, not deleted.
type Unit struct {
	Tenant    string   `gorm:"primaryKey;size:64"`
	Code      string   `gorm:"primaryKey;size:16"` // [A-Za-z0-9_-]{1,16}, as first typed; unique in the tenant in any case
	Seq       int      // order in the register, from 0
	Name      string   `gorm:"size:255"`
	Class     string   `gorm:"size:64"` // ranking happens only inside a class
	Type      UnitType `gorm:"size:16"`
	Superior  string   `gorm:"size:255"`
	Aliases   Aliases  // what citizens call it
	Parent    string   `gorm:"size:16"` // code of the unit that a window belongs to
	Phone     string   `gorm:"size:64"`
	Promise   string
	UpdatedAt Time `gorm:"autoUpdateTime:false"`
	RetiredAt Time `null:"in the register"` // from then on its code leads nowhere
}

// TableName implements schema.Tabler.
func (Unit) TableName() string { return "units" }

// Aliases are names, stored in one text with | between them.
type Aliases []string

// Value returns the stored form.
func (a Aliases) Value() (driver.Value, error) { return strings.Join(a, "|"), nil }

// Scan reads what Value wrote.
func (a *Aliases) Scan(src any) error {
	text, ok := src.(string)
	if b, raw := src.([]byte); raw {
		text, ok = string(b), true
	}
	if !ok {
		return fmt.Errorf("aliases of type %T", src)
	}
	*a = nil
	if text != "" {
		*a = strings.Split(text, "|")
	}
	return nil
}

// GormDataType lets GORM bind aliases like any other text.
func (Aliases) GormDataType() string { return "string" }

// Dimension is one question area (评议内容).
type Dimension struct {
	Title    string // the official title
	Question string // the plain sentence that a citizen reads
}

// MaxDimensions bounds a dimension set; the sources have five and six.
const MaxDimensions = 6

// Phase is a dated part of a campaign.
type Phase string

// Phases in their order.
const (
	PhaseDraft     Phase = "draft"
	PhasePublicity Phase = "publicity"
	PhaseRating    Phase = "rating"
	PhaseClosed    Phase = "closed"
	PhaseSettled   Phase = "settled"
	PhasePublished Phase = "published"
)

// Role is what an API key or a staff account may do; anything that a role is
// not expressly given is refused.
type Role string

// The eight roles.
const (
	RoleOffice       Role = "office"
	RoleChannelOwner Role = "channel-owner"
	RoleUnitLeader   Role = "unit-leader"
	RoleUnitHandler  Role = "unit-handler"
	RoleSupervisor   Role = "supervisor"
	RoleCustodian    Role = "custodian"
	RoleAuditor      Role = "auditor"
	RoleReader       Role = "reader"
)

// Roles lists every role.
func Roles() []Role {
	return []Role{RoleOffice, RoleChannelOwner, RoleUnitLeader, RoleUnitHandler, RoleSupervisor, RoleCustodian, RoleAuditor, RoleReader}
}

package export

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"

	"pingyi/models"
	"pingyi/scoring"
)

// column is a column of a scores sheet. value is nil for an empty cell.
type column struct {
	head    string
	width   float64
	decimal bool
	value   func(u *scoring.UnitScore) any
}

// columns begin with the CSV's, in its order.
func columns() []column {
	return []column{
		{"代码", 10, false, func(u *scoring.UnitScore) any { return plain(u.Code) }},
		{"单位名称", 32, false, func(u *scoring.UnitScore) any { return plain(u.Name) }},
		{"类别", 16, false, func(u *scoring.UnitScore) any { return plain(u.Class) }},
		{"评价数", 10, false, func(u *scoring.UnitScore) any { return u.Ratings }},
		{"平均分", 10, true, func(u *scoring.UnitScore) any { return number(u.Mean) }},
		{"得分", 10, true, func(u *scoring.UnitScore) any { return number(u.Points) }},
		{"收缩平均分", 12, true, func(u *scoring.UnitScore) any { return number(u.ShrunkMean) }},
		{"名次", 8, false, rank},
		level("非常满意", func(l *scoring.PerLevel) int64 { return l.L5 }),
		level("满意", func(l *scoring.PerLevel) int64 { return l.L4 }),
		level("基本满意", func(l *scoring.PerLevel) int64 { return l.L3 }),
		level("不满意", func(l *scoring.PerLevel) int64 { return l.L2 }),
		level("非常不满意", func(l *scoring.PerLevel) int64 { return l.L1 }),
		{"评价项数", 10, false, func(u *scoring.UnitScore) any {
			if u.Satisfied == nil {
				return nil
			}
			return u.Satisfied.Answers
		}},
		share("满意率", func(s *scoring.Satisfied) scoring.Decimal { return s.Share }),
		share("满意率下限", func(s *scoring.Satisfied) scoring.Decimal { return s.Low }),
		share("满意率上限", func(s *scoring.Satisfied) scoring.Decimal { return s.High }),
		{"收到投诉", 10, false, func(u *scoring.UnitScore) any { return u.Complaints.Received }},
		{"已答复", 10, false, func(u *scoring.UnitScore) any { return u.Complaints.Answered }},
		{"按时答复", 10, false, func(u *scoring.UnitScore) any { return u.Complaints.OnTime }},
		{"群众满意", 10, false, func(u *scoring.UnitScore) any { return u.Complaints.Satisfied }},
		{"备注", 28, false, remark},
	}
}

func number(d *scoring.Decimal) any {
	if d == nil {
		return nil
	}
	return d.Float()
}

func rank(u *scoring.UnitScore) any {
	if u.Rank == nil {
		return nil
	}
	return *u.Rank
}

func level(head string, count func(*scoring.PerLevel) int64) column {
	return column{head, 11, false, func(u *scoring.UnitScore) any {
		if u.Levels == nil {
			return nil
		}
		return count(u.Levels)
	}}
}

func share(head string, value func(*scoring.Satisfied) scoring.Decimal) column {
	return column{head, 11, true, func(u *scoring.UnitScore) any {
		if u.Satisfied == nil {
			return nil
		}
		return value(u.Satisfied).Float()
	}}
}

func remark(u *scoring.UnitScore) any {
	switch {
	case u.Ratings == 0:
		return "无人评价"
	case u.Hidden == scoring.SmallN:
		return "评价数太少，不显示"
	}
	var said []string
	if u.Insufficient {
		said = append(said, "评价数不足，仅供参考")
	}
	switch {
	case u.Hidden == "":
	case u.Points == nil:
		said = append(said, "同类有单位评价数太少，得分、收缩平均分和名次不显示")
	default:
		said = append(said, "同类有单位评价数太少，收缩平均分不显示")
	}
	if len(said) == 0 {
		return nil
	}
	return strings.Join(said, "；")
}

// title is a channel's name on screen.
func title(c models.Channel) string {
	switch c {
	case models.Mobile:
		return "移动手机端测评"
	case models.Social:
		return "微博测评"
	}
	return string(c)
}

// WriteXLSX writes a workbook: a sheet 说明 that says what the scores are, and a
// sheet a document, named after its channel. Figures are numbers, shown with
// two decimals; the head stays in view. No two documents may be of one channel.
func WriteXLSX(w io.Writer, documents ...scoring.Scores) error {
	f := excelize.NewFile()
	b := workbook{file: f}
	if err := errors.Join(b.fill(documents, w), f.Close()); err != nil {
		return fmt.Errorf("write xlsx: %w", err)
	}
	return nil
}

type workbook struct {
	file                *excelize.File
	head, decimal, wrap int // styles
}

func (b *workbook) fill(documents []scoring.Scores, w io.Writer) error {
	if err := b.styles(); err != nil {
		return err
	}
	if err := b.information(documents); err != nil {
		return err
	}
	if err := b.properties(documents); err != nil {
		return err
	}
	for i := range documents {
		if err := b.scores(&documents[i]); err != nil {
			return err
		}
	}
	if len(documents) > 0 {
		b.file.SetActiveSheet(1)
	}
	return b.file.Write(w)
}

// twoDecimals is Excel's built-in format 0.00.
const twoDecimals = 2

func (b *workbook) styles() (err error) {
	centre := &excelize.Alignment{Horizontal: "center", Vertical: "center", WrapText: true}
	if b.head, err = b.file.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}, Alignment: centre}); err != nil {
		return err
	}
	if b.decimal, err = b.file.NewStyle(&excelize.Style{NumFmt: twoDecimals}); err != nil {
		return err
	}
	b.wrap, err = b.file.NewStyle(&excelize.Style{Alignment: &excelize.Alignment{Vertical: "top", WrapText: true}})
	return err
}

// properties stand in the file's own description, where the library names its
// author and the year 2006.
func (b *workbook) properties(documents []scoring.Scores) error {
	p := &excelize.DocProperties{Creator: "pingyi", LastModifiedBy: "pingyi"}
	if len(documents) > 0 {
		p.Created = documents[0].AsOf.UTC().Format(time.RFC3339)
		p.Modified = p.Created
	}
	return b.file.SetDocProps(p)
}

const informationSheet = "说明"

// information names, for every document, what it is about and which method made
// it; what is said of the figures is said once.
func (b *workbook) information(documents []scoring.Scores) error {
	if err := b.file.SetSheetName("Sheet1", informationSheet); err != nil {
		return err
	}
	var rows [][]any
	for i := range documents {
		rows = append(rows, about(&documents[i])...)
		rows = append(rows, nil)
	}
	rows = append(rows,
		[]any{"评价数", "至少给出一个等级的有效评价，每人每单位一份"},
		[]any{"平均分", "百分制；各项评价内容平均分的加权平均，未接触、跳过不计"},
		[]any{"收缩平均分", "按评价数向本类平均分收缩后的平均分，供对照"},
		[]any{"名次", "按公布的得分在本类内排列，得分相同名次相同；无人评价的不排名"},
		[]any{"满意率", "非常满意、满意占全部等级的比例；上下限为95%置信区间（Wilson法）"},
	)
	for i, row := range rows {
		if err := b.file.SetSheetRow(informationSheet, cell(1, i+1), &row); err != nil {
			return err
		}
	}
	if err := b.file.SetCellStyle(informationSheet, "A1", cell(2, len(rows)), b.wrap); err != nil {
		return err
	}
	return errors.Join(b.file.SetColWidth(informationSheet, "A", "A", 14), b.file.SetColWidth(informationSheet, "B", "B", 70))
}

func about(s *scoring.Scores) [][]any {
	final := "否（尚未封存，数据还可能变化）"
	if s.Final {
		final = "是"
	}
	// China keeps one time all year; the zone file is not needed for it.
	asOf := s.AsOf.In(time.FixedZone("Asia/Shanghai", 8*60*60)).Format("2006-01-02 15:04:05") + "（北京时间）"
	rows := [][]any{
		{"评议活动", plain(s.Campaign)},
		{"测评渠道", plain(title(s.Channel))},
		{"满分", s.FullMarks.Float()},
		{"测评办法", plain(s.Method)},
		{"最终结果", final},
		{"数据截至", asOf},
	}
	if s.Notice != "" {
		rows = append(rows, []any{"声明", plain(s.Notice)})
	}
	return rows
}

func (b *workbook) scores(s *scoring.Scores) error {
	sheet := title(s.Channel)
	if at, err := b.file.GetSheetIndex(sheet); err != nil || at >= 0 {
		return errors.Join(fmt.Errorf("a sheet %q cannot be added", sheet), err)
	}
	if _, err := b.file.NewSheet(sheet); err != nil {
		return err
	}
	list := columns()
	heads := make([]any, len(list))
	for i, c := range list {
		heads[i] = c.head
	}
	if err := b.file.SetSheetRow(sheet, "A1", &heads); err != nil {
		return err
	}
	for i := range s.Units {
		row := make([]any, len(list))
		for k, c := range list {
			row[k] = c.value(&s.Units[i])
		}
		if err := b.file.SetSheetRow(sheet, cell(1, i+2), &row); err != nil {
			return err
		}
	}
	return b.dress(sheet, list, len(s.Units)+1)
}

// dress sets the formats, widths and the frozen head of a scores sheet.
func (b *workbook) dress(sheet string, list []column, last int) error {
	for k, c := range list {
		name, err := excelize.ColumnNumberToName(k + 1)
		if err != nil {
			return err
		}
		if err := b.file.SetColWidth(sheet, name, name, c.width); err != nil {
			return err
		}
		if c.decimal && last > 1 {
			if err := b.file.SetCellStyle(sheet, cell(k+1, 2), cell(k+1, last), b.decimal); err != nil {
				return err
			}
		}
	}
	if err := b.file.SetCellStyle(sheet, "A1", cell(len(list), 1), b.head); err != nil {
		return err
	}
	return b.file.SetPanes(sheet, &excelize.Panes{Freeze: true, XSplit: 2, YSplit: 1, TopLeftCell: "C2", ActivePane: "bottomRight"})
}

// cell is the name of a cell by its column and row, from 1.
func cell(column, row int) string {
	name, err := excelize.CoordinatesToCellName(column, row)
	if err != nil {
		panic(err) // only for places beyond a sheet's bounds, which a register keeps within
	}
	return name
}

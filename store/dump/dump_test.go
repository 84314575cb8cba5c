package dump

import (
	"bytes"
	"errors"
	"io"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"
)

// head and tail are what mariadb-dump 10.11 writes around its tables.
const (
	head = `/*M!999999\- enable the sandbox mode */ 
-- MariaDB dump 10.19  Distrib 10.11.19-MariaDB, for debian-linux-gnu (x86_64)
--
-- Host: 127.0.0.1    Database: pingyi
-- ------------------------------------------------------

/*!40101 SET @OLD_CHARACTER_SET_CLIENT=@@CHARACTER_SET_CLIENT */;
/*!40101 SET NAMES utf8mb4 */;
/*!40103 SET @OLD_TIME_ZONE=@@TIME_ZONE */;
/*!40103 SET TIME_ZONE='+00:00' */;
/*!40014 SET @OLD_UNIQUE_CHECKS=@@UNIQUE_CHECKS, UNIQUE_CHECKS=0 */;
/*!40101 SET @OLD_SQL_MODE=@@SQL_MODE, SQL_MODE='NO_AUTO_VALUE_ON_ZERO' */;
`
	table = "DROP TABLE IF EXISTS `ratings`;\n" +
		"/*!40101 SET @saved_cs_client     = @@character_set_client */;\n" +
		"/*!40101 SET character_set_client = utf8mb4 */;\n" +
		"CREATE TABLE `ratings` (\n  `id` varbinary(16) NOT NULL,\n  `mean` decimal(5,2) DEFAULT 0.00,\n  `at` timestamp NULL DEFAULT current_timestamp(),\n" +
		"  PRIMARY KEY (`id`)\n) ENGINE=InnoDB AUTO_INCREMENT=43 DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;\n" +
		"/*!40101 SET character_set_client = @saved_cs_client */;\n" +
		"LOCK TABLES `ratings` WRITE;\n/*!40000 ALTER TABLE `ratings` DISABLE KEYS */;\n" +
		"INSERT INTO `ratings` VALUES (_binary 'a\\'b;\\\\',-1.5,NULL),('it''s -- no /*! comment */; USE x;',1e-7,0x2A);\n" +
		"/*!40000 ALTER TABLE `ratings` ENABLE KEYS */;\nUNLOCK TABLES;\n"
	tail = "/*!40103 SET TIME_ZONE=@OLD_TIME_ZONE */;\n\n-- Dump completed on 2026-11-28 21:02:51\n"
)

func readAll(in io.Reader) (list []Statement, err error) {
	r := NewReader(in)
	for {
		s, err := r.Next()
		if err == io.EOF { //nolint:errorlint // Next promises this very value
			return list, nil
		}
		if err != nil {
			return list, err
		}
		list = append(list, s)
	}
}

func TestReader_dumpOfMariaDB_isReadWhole(t *testing.T) {
	for name, in := range map[string]io.Reader{
		"at once":         strings.NewReader(head + table + tail),
		"byte by byte":    iotest.OneByteReader(strings.NewReader(head + table + tail)),
		"end with a byte": iotest.DataErrReader(strings.NewReader(head + table + tail)),
	} {
		list, err := readAll(in)
		if err != nil || len(list) != 17 {
			t.Fatalf("%s: %v, %d statements", name, err, len(list))
		}
		insert := list[13]
		if insert.Verb != "INSERT INTO" || insert.Table != "ratings" || insert.Line != 25 || insert.Number != 14 ||
			insert.Text != "INSERT INTO `ratings` VALUES (_binary 'a\\'b;\\\\',-1.5,NULL),('it''s -- no /*! comment */; USE x;',1e-7,0x2A)" {
			t.Errorf("%s: the rows are read as %+v", name, insert)
		}
		for _, s := range list {
			if s.Idle != strings.HasSuffix(s.Verb, "LOCK TABLES") {
				t.Errorf("%s: %s is idle: %t", name, s.Verb, s.Idle)
			}
		}
	}
}

func TestReader_dumpOfMySQL8_isRead(t *testing.T) {
	const dump = "-- MySQL dump 10.13  Distrib 8.0.36\n/*!50503 SET NAMES utf8mb4 */;\n/*!50503 SET character_set_client = utf8mb4 */;\n" +
		"CREATE TABLE `tenants` (\n  `id` varchar(64) COLLATE utf8mb4_bin NOT NULL\n) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;\n" +
		"INSERT INTO `tenants` (`id`) VALUES ('default');\n-- Dump completed on 2026-11-28\n"
	if list, err := readAll(strings.NewReader(dump)); err != nil || len(list) != 4 {
		t.Errorf("%v, %d statements", err, len(list))
	}
}

// Whatever could reach beyond the database that it is read into is refused, and the
// error shows no value.
func TestReader_statementThatReachesFurther_isRefused(t *testing.T) {
	for statement, why := range map[string]string{
		"USE `pingyi`":               "--databases",
		"/*!40000 USE `pingyi` */":   "--databases",
		"/*! USE `pingyi` */":        "--databases",
		"/*M!100000 USE `pingyi` */": "--databases",
		"use pingyi":                 "--databases",
		"CREATE DATABASE /*!32312 IF NOT EXISTS*/ `pingyi`":                    "--databases",
		"CREATE SCHEMA pingyi":                                                 "--databases",
		"DROP DATABASE pingyi":                                                 "--databases",
		"/*!40000 DROP DATABASE IF EXISTS `pingyi`*/":                          "--databases",
		"DROP TABLE IF EXISTS `pingyi`.`ratings`":                              "another database",
		"DROP TABLE IF EXISTS pingyi . ratings":                                "another database",
		"DROP TABLE IF EXISTS `ratings`, `pingyi`.`ratings`":                   "DROP TABLE",
		"CREATE TABLE pingyi.ratings (id int)":                                 "another database",
		"CREATE TABLE x (id int REFERENCES `pingyi`.`ratings` (id))":           "another database",
		"CREATE TABLE x AS SELECT 'SECRET' FROM ratings":                       "CREATE TABLE",
		"CREATE TABLE x LIKE ratings":                                          "CREATE TABLE",
		"CREATE TABLE x (id int) ENGINE=FEDERATED":                             "CREATE TABLE",
		"CREATE TABLE x (id int) ENGINE='CONNECT'":                             "CREATE TABLE",
		"CREATE TABLE x (id int) DATA DIRECTORY='/SECRET'":                     "CREATE TABLE",
		"CREATE TABLE x (id int) CONNECTION='mysql://SECRET'":                  "CREATE TABLE",
		"CREATE TABLE x (id int DEFAULT @@port)":                               "CREATE TABLE",
		"CREATE OR REPLACE TABLE x (id int)":                                   "CREATE TABLE",
		"CREATE TABLE x (id int) /*!50100 PARTITION BY HASH (id) */":           "comment",
		"CREATE TABLE x (id int) /* SECRET */":                                 "comment",
		"CREATE TABLE x (id int -- SECRET\n)":                                  "comment",
		"/*!50003 CREATE*/ /*!50017 DEFINER=`root`@`%`*/ /*!50003 TRIGGER x*/": "CREATE TABLE",
		"/*!50001 CREATE ALGORITHM=UNDEFINED */":                               "CREATE TABLE",
		"CREATE DEFINER=`root`@`localhost` PROCEDURE x() SELECT 1":             "CREATE TABLE",
		"CREATE VIEW x AS SELECT 1":                                            "CREATE TABLE",
		"CREATE USER 'SECRET'@'%'":                                             "CREATE TABLE",
		"GRANT ALL ON *.* TO 'SECRET'@'%'":                                     "GRANT",
		"LOAD DATA INFILE '/SECRET' INTO TABLE ratings":                        "LOAD",
		"UPDATE ratings SET levels='SECRET'":                                   "UPDATE",
		"DELETE FROM ratings":                                                  "DELETE",
		"SELECT * FROM ratings INTO OUTFILE '/SECRET'":                         "SELECT",
		"DELIMITER ;;":                                                 "DELIMITER",
		"INSERT INTO pingyi.ratings VALUES (1)":                        "another database",
		"INSERT INTO ratings VALUES (LOAD_FILE('/SECRET'))":            "INSERT INTO",
		"INSERT INTO ratings VALUES (@@secure_auth)":                   "INSERT INTO",
		"INSERT INTO ratings SELECT * FROM pingyi.ratings":             "INSERT INTO",
		"INSERT INTO ratings VALUES ('a') ON DUPLICATE KEY UPDATE a=1": "INSERT INTO",
		"INSERT INTO ratings VALUES ('a' /*! , SLEEP(1) */)":           "comment",
		"INSERT INTO ratings VALUES (1--SECRET\n)":                     "comment",
		"SET GLOBAL sql_mode=''":                                       "SET",
		"SET @@GLOBAL.read_only=0":                                     "SET",
		"SET SQL_MODE='ANSI_QUOTES'":                                   "SET",
		"SET SQL_MODE='NO_BACKSLASH_ESCAPES'":                          "SET",
		"SET NAMES gbk":                                                "SET",
		"SET character_set_client=sjis":                                "SET",
		"SET SQL_MODE=@OLD_TIME_ZONE":                                  "SET",
		"SET @OLD_SQL_MODE='NO_BACKSLASH_ESCAPES'":                     "SET",
		"SET TIME_ZONE='+00:00', GLOBAL general_log=1":                 "SET",
		"SET PASSWORD='SECRET'":                                        "SET",
		"SET @@SESSION.SQL_LOG_BIN=0":                                  "SET",
		"LOCK TABLES `ratings` WRITE, pingyi.ratings WRITE":            "LOCK TABLES",
		"ALTER TABLE `ratings` RENAME TO pingyi.ratings":               "ALTER TABLE",
		"SECRET TEXT":                     "no dump of pingyi",
		"'SECRET'":                        "no dump of pingyi",
		";":                               "no dump of pingyi",
		"\\! rm -rf SECRET":               "no dump of pingyi",
		"INSERT INTO `SECRET` VALUES (1)": "INSERT INTO",
	} {
		list, err := readAll(strings.NewReader(head + statement + ";\n" + tail))
		var at *Error
		if !errors.As(err, &at) || at.Line != 13 || at.Statement != 7 || len(list) != 6 {
			t.Errorf("%q: %v after %d statements", statement, err, len(list))
			continue
		}
		if said := err.Error(); !strings.Contains(said, why) || strings.Contains(said, "SECRET") {
			t.Errorf("%q is refused with %q, want %q in it", statement, said, why)
		}
	}
}

// A copy that was cut off is not taken for a whole one, wherever the cut is.
func TestReader_dumpCutOff_isSaid(t *testing.T) {
	whole := head + table + tail
	for n := range len(whole) - len("completed on 2026-11-28 21:02:51\n") {
		if list, err := readAll(strings.NewReader(whole[:n])); err == nil {
			t.Fatalf("the first %d bytes pass for a dump of %d statements", n, len(list))
		}
	}
	broken := errors.New("the tape is torn")
	if _, err := readAll(io.MultiReader(strings.NewReader(head+table[:200]), iotest.ErrReader(broken))); !errors.Is(err, broken) {
		t.Errorf("an error of the file is told as %v", err)
	}
}

// rows is an endless dump's middle: it makes so many statements of a megabyte.
type rows struct {
	statements int
	one, left  []byte
}

func (r *rows) Read(b []byte) (int, error) {
	if len(r.left) == 0 {
		if r.statements == 0 {
			return 0, io.EOF
		}
		r.statements--
		r.left = r.one
	}
	n := copy(b, r.left)
	r.left = r.left[n:]
	return n, nil
}

func TestReader_largeDump_needsTheMemoryOfAStatement(t *testing.T) {
	one := []byte("INSERT INTO `ratings` VALUES " + strings.Repeat("('aaaaaaaaaaaaaaaaaaaaaaaaaaaaa'),", 30_000) + "('b');\n")
	const statements = 40
	r := NewReader(io.MultiReader(strings.NewReader(head), &rows{statements: statements, one: one}, strings.NewReader(tail)))
	most := uint64(0)
	for n := 0; ; n++ {
		_, err := r.Next()
		if err == io.EOF { //nolint:errorlint // Next promises this very value
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if n%10 == 0 {
			var m runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&m)
			most = max(most, m.HeapAlloc)
		}
	}
	if whole := uint64(statements * len(one)); most > whole/4 {
		t.Errorf("%d bytes are held while a dump of %d is read", most, whole)
	}
}

func TestReader_statementWithoutEnd_isRefusedWithinItsBound(t *testing.T) {
	r := &Reader{lexer: newLexer(io.MultiReader(strings.NewReader("INSERT INTO `ratings` VALUES ('"), &rows{statements: 1 << 30, one: []byte("aaaaaaaa")}), 1<<20)}
	if _, err := r.Next(); !errors.Is(err, errTooLong) {
		t.Errorf("a statement that never ends: %v", err)
	}
	if held := len(r.lexer.buf); held > 4<<20 {
		t.Errorf("%d bytes are held", held)
	}
}

// FuzzReader: every input ends in a list of statements or in an error; a statement
// that passes is one of the verbs, and has no other database's name, no comment and
// no server's variable outside of its texts.
func FuzzReader(f *testing.F) {
	f.Add([]byte(head + table + tail))
	f.Add([]byte("/*!40000 USE `x` */;\n"))
	f.Add([]byte("INSERT INTO `a` VALUES ('\\'', \"\"\"\", `b`);\n"))
	f.Fuzz(func(t *testing.T, dump []byte) {
		list, _ := readAll(bytes.NewReader(dump))
		for _, s := range list {
			bare := outside(s.Text)
			if strings.Contains(bare, ".`") || strings.Contains(bare, "`.") || strings.Contains(strings.ToUpper(bare), "GLOBAL") || strings.Contains(bare, ";") {
				t.Errorf("%s passes as %q", s.Verb, s.Text)
			}
			if s.Number == 0 || s.Line == 0 || s.Verb == "" {
				t.Errorf("a statement without a place or a verb: %+v", s)
			}
		}
	})
}

// outside is a statement without its texts, read another way than the reader does.
func outside(statement string) string {
	var b strings.Builder
	for i := 0; i < len(statement); i++ {
		q := statement[i]
		if q != '\'' && q != '"' {
			b.WriteByte(q)
			continue
		}
		for i++; i < len(statement) && statement[i] != q; i++ {
			if statement[i] == '\\' {
				i++
			}
		}
	}
	return b.String()
}

#include "api/cli/load/csv.h"

#include <gtest/gtest.h>

#include <sstream>

namespace dialin::cli {
namespace {

using Cells = std::vector<std::string>;

struct Read {
  std::vector<Cells> rows;
  std::vector<std::uint64_t> lines;
  std::string wrong;
};

Read read(const std::string& text) {
  std::istringstream in(text);
  CsvReader reader(in);
  Read read;
  CsvReader::Next next;
  while ((next = reader.next()) == CsvReader::Next::row) {
    read.rows.push_back(reader.cells());
    read.lines.push_back(reader.line());
  }
  read.wrong = reader.wrong();
  EXPECT_EQ(next == CsvReader::Next::fault, !read.wrong.empty());
  return read;
}

TEST(Csv, cells_stand_between_commas) {
  EXPECT_EQ(read("a,b,c\n1,,3\n,,\n").rows, (std::vector<Cells>{{"a", "b", "c"}, {"1", "", "3"}, {"", "", ""}}));
}

TEST(Csv, lines_end_as_they_like_and_the_last_one_need_not) {
  const std::vector<Cells> rows{{"a", "b"}, {"c", "d"}};
  EXPECT_EQ(read("a,b\r\nc,d\r\n").rows, rows);
  EXPECT_EQ(read("a,b\nc,d").rows, rows);
  EXPECT_EQ(read("a,b\nc,\"d\"").rows, rows);
}

TEST(Csv, quotes_hold_commas_quotes_and_line_ends) {
  EXPECT_EQ(read("\"a,b\",\"say \"\"hi\"\"\",\"two\r\nlines\"\r\n\"\",x\r\n").rows,
            (std::vector<Cells>{{"a,b", "say \"hi\"", "two\r\nlines"}, {"", "x"}}));
}

TEST(Csv, a_row_is_named_by_the_line_in_which_it_begins) {
  EXPECT_EQ(read("a,\"1\n2\n3\"\n\n\nb,c\n").lines, (std::vector<std::uint64_t>{1, 6}));
}

TEST(Csv, a_byte_order_mark_is_passed_over_and_only_a_whole_one) {
  EXPECT_EQ(read("\xEF\xBB\xBF"
                 "a,b")
                .rows,
            (std::vector<Cells>{{"a", "b"}}));
  EXPECT_EQ(read("\xEF"
                 "a,b")
                .rows,
            (std::vector<Cells>{{"\xEF"
                                 "a",
                                 "b"}}));
}

TEST(Csv, nothing_is_no_row) {
  EXPECT_TRUE(read("").rows.empty());
  EXPECT_TRUE(read("\n\r\n\n").rows.empty());
}

TEST(Csv, what_is_none_is_refused) {
  EXPECT_EQ(read("a\"b,c\n").wrong, "a quote stands in a cell that does not begin with one");
  EXPECT_EQ(read("\"a\"b,c\n").wrong, "something stands behind a closing quote");
  EXPECT_EQ(read("\"a\"\rb\n").wrong, "something stands behind a closing quote");
  EXPECT_EQ(read("a\rb\n").wrong, "a carriage return stands alone");
  EXPECT_EQ(read("\"a,b\n").wrong, "a quote is not closed");
  EXPECT_EQ(read(std::string(CsvReader::kRowBytesMax + 2, 'a')).wrong, "it is longer than any config");
  EXPECT_EQ(read("\"" + std::string(CsvReader::kRowBytesMax + 2, 'a')).wrong, "it is longer than any config, or a quote is not closed");
}

TEST(Csv, what_came_before_a_fault_is_given) {
  const Read found = read("a,b\nc,\"d");
  EXPECT_EQ(found.rows, (std::vector<Cells>{{"a", "b"}}));
  EXPECT_EQ(found.wrong, "a quote is not closed");
}

}  // namespace
}  // namespace dialin::cli

#include "domain/instant.h"

#include <algorithm>
#include <chrono>
#include <cstring>

namespace dialin {
namespace {

constexpr std::int64_t kSecond_us = 1'000'000;
constexpr std::int64_t kMinute_us = 60 * kSecond_us;
constexpr std::int64_t kDay_us = 24 * 60 * kMinute_us;

constexpr std::int64_t days_of(int year, unsigned month, unsigned day) {
  const std::chrono::year_month_day date{std::chrono::year{year}, std::chrono::month{month}, std::chrono::day{day}};
  return std::chrono::sys_days{date}.time_since_epoch().count();
}
constexpr std::int64_t kLast_us = (days_of(9999, 12, 31) + 1) * kDay_us - 1;

template <std::size_t Digits>
void put_number(char* at, std::int64_t number) {
  for (std::size_t i = Digits; i-- > 0; number /= 10) at[i] = static_cast<char>('0' + number % 10);
}

/// Eats a text from the left; once something did not fit, nothing fits any more.
class Eater {
 public:
  explicit Eater(std::string_view text) : rest_(text) {}

  int number(std::size_t digits) {
    int number = 0;
    for (std::size_t i = 0; i < digits; ++i) number = number * 10 + digit();
    return number;
  }
  void one_of(std::string_view characters) { fits_ = fits_ && characters.find(next()) != std::string_view::npos; }
  /// One to nine digits as microseconds.
  std::int64_t fraction_us() {
    std::int64_t us = digit() * (kSecond_us / 10);
    std::int64_t worth = kSecond_us / 100;
    for (std::size_t digits = 1; digits < 9 && is_digit(peek()); ++digits, worth /= 10) us += digit() * worth;
    return us;
  }
  char next() {
    const char character = peek();
    if (!rest_.empty()) rest_.remove_prefix(1);
    return character;
  }
  char peek() const { return rest_.empty() ? '\0' : rest_.front(); }
  bool ate_all() const { return fits_ && rest_.empty(); }

 private:
  static bool is_digit(char character) { return character >= '0' && character <= '9'; }
  int digit() {
    fits_ = fits_ && is_digit(peek());
    return fits_ ? next() - '0' : 0;
  }

  std::string_view rest_;
  bool fits_ = true;
};

struct LocalTime {
  int year = 0;
  int month = 0, day = 0, hour = 0, minute = 0, second = 0;
  std::int64_t fraction_us = 0;
  int offset_hours = 0, offset_minutes = 0;
  int offset_sign = 1;
};

bool read(std::string_view text, LocalTime& out) {
  Eater eat(text);
  out.year = eat.number(4);
  eat.one_of("-");
  out.month = eat.number(2);
  eat.one_of("-");
  out.day = eat.number(2);
  eat.one_of("Tt");
  out.hour = eat.number(2);
  eat.one_of(":");
  out.minute = eat.number(2);
  eat.one_of(":");
  out.second = eat.number(2);
  if (eat.peek() == '.') {
    eat.next();
    out.fraction_us = eat.fraction_us();
  }
  if (eat.peek() == '+' || eat.peek() == '-') {
    out.offset_sign = eat.next() == '-' ? -1 : 1;
    out.offset_hours = eat.number(2);
    eat.one_of(":");
    out.offset_minutes = eat.number(2);
  } else {
    eat.one_of("Zz");
  }
  return eat.ate_all();
}

bool is_in_bounds(const LocalTime& time) {
  const std::chrono::year_month_day date{std::chrono::year{time.year}, std::chrono::month{static_cast<unsigned>(time.month)},
                                         std::chrono::day{static_cast<unsigned>(time.day)}};
  return date.ok() && time.hour <= 23 && time.minute <= 59 && time.second <= 60 && time.offset_hours <= 23 && time.offset_minutes <= 59;
}

}  // namespace

std::string Instant::rfc3339() const {
  const std::int64_t bounded_us = std::clamp<std::int64_t>(us, 0, kLast_us);
  const std::int64_t day = bounded_us / kDay_us;
  std::int64_t rest = bounded_us % kDay_us;
  const std::chrono::year_month_day date{std::chrono::sys_days{std::chrono::days{day}}};

  std::string text = "0000-00-00T00:00:00.000000Z";
  char* at = text.data();
  put_number<4>(at, static_cast<int>(date.year()));
  put_number<2>(at + 5, static_cast<unsigned>(date.month()));
  put_number<2>(at + 8, static_cast<unsigned>(date.day()));
  put_number<6>(at + 20, rest % kSecond_us);
  rest /= kSecond_us;
  put_number<2>(at + 17, rest % 60);
  put_number<2>(at + 14, rest / 60 % 60);
  put_number<2>(at + 11, rest / 3600);
  return text;
}

std::optional<Instant> Instant::parse(std::string_view text) {
  LocalTime time;
  if (!read(text, time) || !is_in_bounds(time)) return std::nullopt;
  const std::int64_t day = days_of(time.year, static_cast<unsigned>(time.month), static_cast<unsigned>(time.day));
  const std::int64_t offset_us = time.offset_sign * (time.offset_hours * 60 + time.offset_minutes) * kMinute_us;
  const std::int64_t minute_us = day * kDay_us + (time.hour * 60 + time.minute) * kMinute_us - offset_us;
  // RFC 3339 (5.7) allows a second 60 only where UTC can have one. Counted as POSIX does: as the second after it.
  if (time.second == 60 && minute_us % kDay_us != kDay_us - kMinute_us) return std::nullopt;
  const Instant instant{minute_us + time.second * kSecond_us + time.fraction_us};
  if (instant.us < 0 || instant.us > kLast_us) return std::nullopt;
  return instant;
}

}  // namespace dialin

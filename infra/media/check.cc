#include "infra/media/check.h"

#include <algorithm>
#include <utility>

namespace dialin::media {

void Check::begin(const KnownVerdict* known) {
  if (known != nullptr) known_ = *known;
  deadline_ = Clock::now() + kMost;
  go_to(parse_music_url(url_));
}

void Check::go_to(Result<MusicUrl, BrokenRule> url) {
  if (!url) return settle(MusicVerdict::Code::unfit, url.error().text);
  at_ = std::move(*url);
  if (at_.address) return connect({*at_.address});
  ticket_ = tools_.next_ticket++;
  until_ = std::min(deadline_, Clock::now() + kLookupMost);
  if (!tools_.lookups.begin(tenant_, ticket_, at_.host)) settle(MusicVerdict::Code::unjudged, "too many host names are being looked up");
}

bool Check::take(const Lookups::Answer& answer) {
  if (ticket_ == 0 || answer.ticket != ticket_) return false;
  ticket_ = 0;
  if (answer.addresses.empty()) {
    unreached(answer.why);
  } else {
    connect(answer.addresses);
  }
  return true;
}

void Check::connect(std::vector<Address> addresses) {
  // One that is not public is enough: libcurl may try any of them, and who answers so is up to something.
  for (const Address& address : addresses) {
    const std::string_view why = why_not_reached(address, tools_.rules.allowed);
    if (!why.empty()) return unreached((at_.address ? "its host is " : "its host name leads to ") + std::string(why));
  }
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline_ - Clock::now());
  if (left.count() <= 0) return unreached("its server is too slow");
  until_ = deadline_ + std::chrono::seconds(1);  // libcurl keeps the time, and tells more
  // Validators are of the file that they came with, wherever it was reached from.
  const bool is_known = known_ && known_->judged_url == at_.text;
  transfer_ = std::make_unique<Transfer>(
      tools_.multi, Transfer::Wanted{at_, std::move(addresses), is_known ? known_->validators : Validators{}, left}, tools_.rules);
}

bool Check::take(const void* handle, int code) {
  if (!transfer_ || transfer_->handle() != handle) return false;
  Transfer::End end = transfer_->end(code);
  transfer_.reset();
  switch (end.kind) {
    case Transfer::End::Kind::fit:
      settle(MusicVerdict::Code::fit, {}, std::move(end.validators));
      break;
    case Transfer::End::Kind::unfit:
    case Transfer::End::Kind::unreached:
      settle(MusicVerdict::Code::unfit, std::move(end.text), std::move(end.validators));
      break;
    case Transfer::End::Kind::redirected:
      redirect(end.text);
      break;
    case Transfer::End::Kind::not_modified:
      verdict_ = known_;
      verdict_->at = Clock::now();
      break;
  }
  return true;
}

void Check::redirect(const std::string& location) {
  if (redirects_ == kRedirectsMax) return unreached("it redirects more than " + std::to_string(kRedirectsMax) + " times");
  ++redirects_;
  go_to(redirected(at_, location));
}

void Check::look_at(Clock::time_point now) {
  if (verdict_ || now < until_) return;
  unreached(ticket_ != 0 ? "its host name could not be looked up in time" : "its server is too slow");
}

void Check::settle(MusicVerdict::Code code, std::string why, Validators validators) {
  if (code == MusicVerdict::Code::unfit && redirects_ > 0)
    why += " (after " + std::to_string(redirects_) + (redirects_ == 1 ? " redirect)" : " redirects)");
  transfer_.reset();
  ticket_ = 0;
  verdict_ = KnownVerdict{{code, std::move(why)}, at_.text, std::move(validators), Clock::now()};
}

}  // namespace dialin::media

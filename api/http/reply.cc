#include "api/http/reply_target.h"
#include "api/http/session.h"

namespace dialin::http {

void Account::clear() {
  row = kMalformedRow;
  request_id.clear();
  caller.reset();
  trace_id.clear();
  forwarded_to.clear();
}

Reply::Target::~Target() {
  if (!is_settled_) link_->mailbox->put(Forgotten{link_, request_});
}

void Reply::Target::deliver(const std::function<void(Exchange&)>& work) {
  if (is_settled_) return;
  is_settled_ = link_->session == nullptr || link_->session->answer_late(request_, work);
}

void Reply::run(std::function<void(Exchange&)> work) const {
  target_->mailbox().put(Answer{target_, std::move(work)});
}

void Reply::respond(Response response) const {
  run([response = std::move(response)](Exchange& exchange) mutable { exchange.respond(std::move(response)); });
}

}  // namespace dialin::http

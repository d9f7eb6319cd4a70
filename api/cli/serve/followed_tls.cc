#include "api/cli/serve/followed_tls.h"

namespace dialin::cli {
namespace {

void tell(const http::TlsContext& tls, Telemetry& telemetry) {
  telemetry.set(Gauge::tls_certificate_expires, static_cast<double>(tls.expires_at()));
  for (const std::string& warning : tls.warnings()) telemetry.say(Level::warning, warning);
}

Result<crypto::FileStamp, crypto::FileFault> reload(const std::string& file, http::TlsContext& tls, Telemetry& telemetry) {
  const auto stamp = crypto::stamp_of(file);  // before reading: who changes the file meanwhile changes it
  if (!stamp) return crypto::FileFault{crypto::FaultCode::missing, file + " is missing"};
  if (const auto read = tls.reload(); !read) return crypto::FileFault{crypto::FaultCode::damaged, read.error().text};
  if (file == tls.files().certificate) tell(tls, telemetry);  // it is the one that the warnings are of: once, though all are read
  return *stamp;
}

}  // namespace

FollowedTls::FollowedTls(http::TlsContext* tls, Telemetry& telemetry) {
  if (tls == nullptr) return;
  tell(*tls, telemetry);
  struct Seen {
    std::string file;
    crypto::FileStamp stamp;
  };
  std::vector<Seen> seen;
  for (const std::string& file : {tls->files().certificate, tls->files().key, tls->files().node_ca}) {
    if (file.empty()) continue;
    seen.push_back({file, crypto::stamp_of(file).value_or(crypto::FileStamp{})});
  }
  // What was in force until now was read before these stamps were taken. A fault is the followers' to tell, who then know of no stamp.
  const bool is_read = tls->reload().has_value();
  for (const auto& [file, stamp] : seen) {
    followers_.push_back(std::make_unique<crypto::FileFollower>(
        file, is_read ? stamp : crypto::FileStamp{}, [name = file, tls, &telemetry] { return reload(name, *tls, telemetry); }, telemetry));
  }
}

void FollowedTls::look_now() {
  for (const auto& follower : followers_) follower->look_now();
}

}  // namespace dialin::cli

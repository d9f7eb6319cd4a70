#pragma once
// Notices when a file becomes another one while the server runs, and has it read again. Looks at its stamp (private_file.h) on a thread of
// its own every kPoll_ms, because renames, edits in place and mounts that change are seen alike that way.

#include <functional>
#include <memory>
#include <string>

#include "domain/telemetry.h"
#include "infra/crypto/private_file.h"

namespace dialin::crypto {

class FileFollower {
 public:
  static constexpr int kPoll_ms = 500;

  /// Reads the file and puts its content in force: the stamp it was read at. Or why the old content stays. Runs on the follower's thread.
  using Reload = std::function<Result<FileStamp, FileFault>()>;

  /// `loaded` is the stamp of what is in force. While the file is broken or missing, it is tried at every look, and `telemetry`, which must
  /// outlive this, is told once.
  FileFollower(std::string file, FileStamp loaded, Reload reload, Telemetry& telemetry);
  /// Waits for a reload that is under way.
  ~FileFollower();
  /// Has the file read now, whether or not its stamp is another, and `telemetry` told what came of it. Waits for nothing; any thread.
  void look_now();
  FileFollower(const FileFollower&) = delete;
  FileFollower& operator=(const FileFollower&) = delete;

 private:
  struct Watch;
  const std::unique_ptr<Watch> watch_;
};

}  // namespace dialin::crypto

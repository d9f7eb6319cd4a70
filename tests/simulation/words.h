#pragma once
// Commands and answers in a few words, for the diary of a history that failed.

#include <string>

#include "api/service/write_result.h"
#include "domain/command.h"

namespace dialin::simulation {

std::string words_of(const Command& command);
std::string words_of(const service::WriteResult& result);

}  // namespace dialin::simulation

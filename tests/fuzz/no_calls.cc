// The table of routes names all calls, and with them all of the program. Who only looks rows up makes none.

#include "api/http/calls.h"
#include "fuzz/fuzz.h"

namespace dialin::http {
namespace {

void none() {
  fuzz::must(false, "no call is made");
}

}  // namespace

void get_config(Call&) {
  none();
}
void create_config(Call&) {
  none();
}
void update_config(Call&) {
  none();
}
void delete_config(Call&) {
  none();
}
void move_config(Call&) {
  none();
}
void restore_config(Call&) {
  none();
}
void list_configs(Call&) {
  none();
}
void get_number(Call&) {
  none();
}
void get_number_history(Call&) {
  none();
}
void get_history(Call&) {
  none();
}
void get_events(Call&) {
  none();
}
void stream_events(Call&) {
  none();
}
void get_domain(Call&) {
  none();
}
void get_health(Call&) {
  none();
}
void get_readiness(Call&) {
  none();
}
void get_metrics(Call&) {
  none();
}
void get_checkpoint(Call&) {
  none();
}
void get_openapi(Call&) {
  none();
}
void get_asyncapi(Call&) {
  none();
}

}  // namespace dialin::http

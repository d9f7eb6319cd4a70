#pragma once
// What serves each row of the route table. Called on an io thread with a call that was admitted: path, key, scope, content type and log
// position are right.

namespace dialin::http {

struct Call;

// config_calls.cc
void get_config(Call& call);
// write_calls.cc
void create_config(Call& call);
void update_config(Call& call);
void delete_config(Call& call);
void move_config(Call& call);
void restore_config(Call& call);
// list_call.cc
void list_configs(Call& call);
// number_calls.cc
void get_number(Call& call);
void get_number_history(Call& call);
// history_call.cc
void get_history(Call& call);
// event_calls.cc
void get_events(Call& call);
void stream_events(Call& call);
// operation_calls.cc
void get_domain(Call& call);
void get_health(Call& call);
void get_readiness(Call& call);
void get_metrics(Call& call);
void get_checkpoint(Call& call);
void get_openapi(Call& call);
void get_asyncapi(Call& call);

}  // namespace dialin::http

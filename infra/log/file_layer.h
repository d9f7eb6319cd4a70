#pragma once
// The few things the chain file asks of the file system, so that a test can record every write and replay every crash. Thin; errors are errno values.

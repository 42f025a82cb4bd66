#include "team.h"

#include <stddef.h>

static convlab_team shared_team = NULL;

void convlab_use_team(convlab_team team) { shared_team = team; }

void convlab_share(int threads, int64_t count, convlab_task run, void *context) {
    if (threads > 1 && count > 1 && shared_team != NULL) {
        shared_team(threads, count, run, context);
        return;
    }
    for (int64_t task = 0; task < count; task++) {
        run(context, task, 0);
    }
}

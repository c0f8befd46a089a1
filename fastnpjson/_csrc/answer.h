/* What stands in for what orjson does not know; two_pass.py is the Python version. */
#ifndef FASTNPJSON_ANSWER_H
#define FASTNPJSON_ANSWER_H

int import_answer(void);

#endif

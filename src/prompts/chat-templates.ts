// Chat templates (Jinja) of the four model families: the same output as the families' public templates.

/** Gemma 2: no system role, turns must alternate. */
export const GEMMA_TEMPLATE =
  "{{ bos_token }}{% if messages[0].role == 'system' %}{{ raise_exception('System role not supported') }}{% endif %}" +
  "{% for m in messages %}{% if (m.role == 'user') != (loop.index0 % 2 == 0) %}" +
  "{{ raise_exception('Conversation roles must alternate user/assistant/user/assistant/...') }}{% endif %}" +
  "{{ '<start_of_turn>' + ('model' if m.role == 'assistant' else m.role) + '\n' + m.content | trim + '<end_of_turn>\n' }}" +
  "{% endfor %}{% if add_generation_prompt %}{{ '<start_of_turn>model\n' }}{% endif %}";

/** Qwen 3: a thought stands between think tags; `enable_thinking` false leaves an empty one. */
export const QWEN3_TEMPLATE =
  "{%- if messages[0].role == 'system' %}\n" +
  "    {{- '<|im_start|>system\n' + messages[0].content + '<|im_end|>\n' }}\n{%- endif %}\n" +
  "{%- set ns = namespace(last_user=messages|length - 1, searching=true) %}\n" +
  "{%- for m in messages[::-1] %}\n    {%- if ns.searching and m.role == 'user' %}\n" +
  "        {%- set ns.searching = false %}\n" +
  "        {%- set ns.last_user = messages|length - 1 - loop.index0 %}\n    {%- endif %}\n" +
  "{%- endfor %}\n{%- for m in messages %}\n" +
  "    {%- if m.role == 'user' or (m.role == 'system' and not loop.first) %}\n" +
  "        {{- '<|im_start|>' + m.role + '\n' + m.content + '<|im_end|>\n' }}\n" +
  "    {%- elif m.role == 'assistant' %}\n        {%- set text = m.content %}\n" +
  "        {%- set thought = '' %}\n        {%- if '</think>' in text %}\n" +
  "            {%- set thought = text.split('</think>')[0].rstrip('\n').split('<think>')[-1].lstrip('\n') %}\n" +
  "            {%- set text = text.split('</think>')[-1].lstrip('\n') %}\n" +
  "        {%- endif %}\n        {{- '<|im_start|>assistant\n' }}\n" +
  "        {%- if loop.index0 > ns.last_user and (loop.last or thought) %}\n" +
  "            {{- '<think>\n' + thought.strip('\n') + '\n</think>\n\n' + text.lstrip('\n') }}\n" +
  "        {%- else %}\n            {{- text }}\n        {%- endif %}\n" +
  "        {{- '<|im_end|>\n' }}\n    {%- endif %}\n{%- endfor %}\n" +
  "{%- if add_generation_prompt %}\n    {{- '<|im_start|>assistant\n' }}\n" +
  "    {%- if enable_thinking is defined and enable_thinking is false %}\n" +
  "        {{- '<think>\n\n</think>\n\n' }}\n    {%- endif %}\n{%- endif %}";

/** Llama 3.2: the system block names the date, which `date_string` pins. */
export const LLAMA3_TEMPLATE =
  "{{- bos_token }}\n{%- if date_string is not defined %}\n" +
  "    {%- set date_string = '26 Jul 2024' %}\n{%- endif %}\n" +
  "{%- if messages[0]['role'] == 'system' %}\n" +
  "    {%- set system_message = messages[0]['content'] | trim %}\n" +
  "    {%- set turns = messages[1:] %}\n{%- else %}\n    {%- set system_message = '' %}\n" +
  "    {%- set turns = messages %}\n{%- endif %}\n" +
  "{{- '<|start_header_id|>system<|end_header_id|>\n\nCutting Knowledge Date: December 2023\nToday Date: ' + date_string + '\n\n' + system_message + '<|eot_id|>' }}\n" +
  "{%- for m in turns %}\n" +
  "    {{- '<|start_header_id|>' + m['role'] + '<|end_header_id|>\n\n' + m['content'] | trim + '<|eot_id|>' }}\n" +
  "{%- endfor %}\n{%- if add_generation_prompt %}\n" +
  "    {{- '<|start_header_id|>assistant<|end_header_id|>\n\n' }}\n{%- endif %}";

/** SOLAR: headings instead of control tokens; it writes no bos itself. */
export const SOLAR_TEMPLATE =
  "{% for m in messages %}{% if m['role'] == 'system' %}" +
  "{% if m['content'] %}{{ '### System:\n' + m['content'] + '\n\n' }}{% endif %}" +
  "{% elif m['role'] == 'user' %}{{ '### User:\n' + m['content'] + '\n\n' }}{% elif m['role'] == 'assistant' %}{{ '### Assistant:\n' + m['content'] }}{% endif %}" +
  "{% if loop.last and add_generation_prompt %}{{ '### Assistant:\n' }}{% endif %}" +
  "{% endfor %}";

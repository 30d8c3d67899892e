# What a person types. `make help` lists it.
SHELL := /bin/bash
.DEFAULT_GOAL := help
VENV := .venv
BIN := $(VENV)/bin
export PATH := $(CURDIR)/$(VENV)/bin:$(PATH)
STAMP := .stamps
PORT ?= 8000
# Tests that run servers of their own or draw thousands of examples: measuring coverage made them thrice as slow.
LONG := tests/contract tests/crash tests/journeys tests/sync/model tests/server/model

# A machine that forbids caching compiled modules makes each of the suite's hundreds of processes start 1 s later.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help setup run demo test coverage check soak bench bench-tablet pictures words lock clean

help: ## Danh sách lệnh (this list)
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-13s %s\n", $$1, $$2}'

$(STAMP)/python: requirements.txt requirements-dev.txt
	@mkdir -p $(STAMP)
	@test -x $(BIN)/python || python3 -m venv $(VENV) || { echo "Cần gói python3-venv (apt-get install python3-venv)."; exit 1; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

$(STAMP)/node: tests/node/package-lock.json $(STAMP)/python
	@tools/ensure_node.sh $(VENV)
	cd tests/node && npm ci --silent --no-audit --no-fund
	@touch $@

$(STAMP)/tablet-packages: tablet/package-lock.json $(STAMP)/python
	@tools/ensure_node.sh $(VENV)
	cd tablet && npm ci --silent --no-audit --no-fund
	@touch $@

TABLET := $(shell find tablet/src tablet/public -type f) tablet/index.html tablet/vite.config.ts tablet/vendor.mjs server/static/theme.css
$(STAMP)/tablet: $(STAMP)/tablet-packages $(TABLET)
	cd tablet && npm run --silent build -- --logLevel warn
	@touch $@

$(STAMP)/browser: $(STAMP)/python tools/ensure_browser.sh
	@tools/ensure_browser.sh $(BIN)
	@touch $@

setup: $(STAMP)/python $(STAMP)/node $(STAMP)/tablet ## Cài những gì còn thiếu vào .venv

run: $(STAMP)/python $(STAMP)/tablet ## Chạy máy chủ tại cổng 8000, nạp chương trình mẫu nếu cơ sở dữ liệu trống
	@tools/run.sh $(PORT)

demo: $(STAMP)/python ## Mô phỏng một ngày đi kiểm tra: mất mạng, chụp ảnh, lập biên bản, duyệt
	@$(BIN)/flask demo day

test: setup $(STAMP)/browser ## Chạy toàn bộ kiểm thử
	cd tablet && npm run --silent test
	$(BIN)/pytest -n 2 --durations 20 --durations-min 10

coverage: setup $(STAMP)/browser ## Đo độ phủ của kiểm thử (không kể các bài dài; đo làm chậm gấp đôi)
	$(BIN)/pytest -n 2 --cov --cov-report=term:skip-covered $(LONG:%=--ignore=%)

check: setup ## Định dạng, kiểu, chiều import, checklist, rồi make test
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	cd tablet && npm run --silent check
	$(BIN)/flask checklists lint
	$(BIN)/flask checklists docs --check
	$(MAKE) --no-print-directory test

soak: $(STAMP)/python $(STAMP)/tablet-packages ## Thử lâu: 20.000 ví dụ của mô hình đồng bộ và của từng phép đo, trên máy chủ và máy tính bảng, 600 lần giết máy chủ (EXAMPLES=… SEED=… KILLS=…)
	@$(BIN)/python -m tests.sync.model.soak $(or $(EXAMPLES),20000) $(SEED)
	@$(BIN)/pytest tests/checklists/procedures/test_against_fractions.py tests/checklists/twins -q --timeout 0 --durations 0 \
		--comparisons $(or $(EXAMPLES),20000) --comparison-seed $(or $(SEED),$(shell date +%s))
	@$(BIN)/pytest tests/crash -q -s --timeout 0 --kills $(or $(KILLS),300)

bench: $(STAMP)/python ## Đo CPU của các việc chính, một ngày 40 máy, buổi sáng 500 máy, các trang danh sách ở 1.000.000 kết quả (bảng; chừng 25 phút; OFFICE=--quick: một phần mười)
	@$(BIN)/python tools/bench.py
	@$(BIN)/python tools/load.py
	@$(BIN)/python tools/office_bench.py $(OFFICE)
	@$(MAKE) --no-print-directory bench-tablet

bench-tablet: setup $(STAMP)/browser ## Đo máy tính bảng: độ lớn của mã, thời gian hiện phiếu, cả khi CPU chậm 6 lần
	@$(BIN)/python tools/tablet_bench.py

pictures: setup $(STAMP)/browser ## Chụp lại các hình của README từ ngày kiểm tra mẫu
	@$(BIN)/python tools/pictures.py

words: $(STAMP)/python ## Gom các câu của trang văn phòng vào bản dịch tiếng Anh (server/translations) và biên dịch
	@$(BIN)/python tools/words.py

lock: ## Ghim lại requirements*.txt có mã băm (cần pip-tools)
	pip-compile -q --generate-hashes --allow-unsafe --no-strip-extras --no-emit-index-url --no-emit-find-links -o requirements.txt requirements.in
	pip-compile -q --generate-hashes --allow-unsafe --no-strip-extras --no-emit-index-url --no-emit-find-links -o requirements-dev.txt requirements-dev.in

clean: ## Xóa .venv và mọi thứ dựng ra (không đụng tới instance/)
	rm -rf $(VENV) $(STAMP) build tests/node/node_modules tablet/node_modules server/static/app server/static/vendor

# Two commands are all the set-up there is: `make demo` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SAMPLE := samples/okinawa-r08

.PHONY: demo test slow lint bench clean

demo: $(VENV)/.installed
	$(BIN)/kouki-print run $(SAMPLE) --out demo-out
	@echo
	@echo "見るところ:"
	@echo "  demo-out/union/check.html               検査報告（ブラウザーで開く）"
	@echo "  demo-out/finance/budget.xlsx            郵送料の予算書"
	@echo "  demo-out/vendor/47201/print/            那覇市の1面の印刷ファイル (PDF/X-4, PDF/VT-1)"
	@echo "  demo-out/vendor/47201/imposed/          那覇市の2面付けの印刷ファイル"
	@echo "  demo-out/vendor/47201/work_order.pdf    作業指示書"
	@echo "  demo-out/vendor/47201/manifest.json     印刷会社への明細"

test: $(VENV)/.installed-test
	$(BIN)/python -m pytest -n 2 --dist loadgroup --no-loadscope-reorder -m "not slow"

slow: $(VENV)/.installed-test
	$(BIN)/python -m pytest -n 2 --dist loadgroup --no-loadscope-reorder -m slow

lint: $(VENV)/.installed-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: $(VENV)/.installed
	$(BIN)/python bench/line.py
	$(BIN)/python bench/sheets.py

$(VENV)/.installed: pyproject.toml constraints.txt
	@$(PYTHON) -m venv $(VENV) || { \
	  echo "仮想環境を作れません。Debian では先に「apt install python3-venv」を実行してください。" >&2; exit 1; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	@touch $@

$(VENV)/.installed-test: $(VENV)/.installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[test]'
	@touch $@

clean:
	rm -rf $(VENV) demo-out bench-out

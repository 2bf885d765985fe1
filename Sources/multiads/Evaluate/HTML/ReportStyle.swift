/// The look of reports: no file besides the page, light and dark by the reader's choice.
enum ReportStyle {
    /// The style sheet.
    static let css = """
        :root { color-scheme: light dark; --paper: #fbfbfa; --card: #ffffff; --ink: #1c2024; --quiet: #667078;
          --rule: #e2e5e8; --accent: #0b6e99; --good: 11 110 153; --line: 40%; --warn: #a15c00; }
        @media (prefers-color-scheme: dark) { :root { --paper: #14171a; --card: #1b1f23; --ink: #e6e8ea; --quiet: #98a2ab;
          --rule: #2d333a; --accent: #5bb8e0; --good: 60 160 205; --line: 62%; --warn: #e0a04a; } }
        * { box-sizing: border-box; }
        body { margin: 0; background: var(--paper); color: var(--ink);
          font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif; }
        main { max-width: 1120px; margin: 0 auto; padding: 32px 24px 64px; }
        h1 { font-size: 28px; line-height: 1.2; margin: 0 0 4px; letter-spacing: -.01em; }
        h2 { font-size: 19px; margin: 44px 0 10px; }
        h3 { font-size: 15px; margin: 22px 0 6px; }
        p { margin: 6px 0 12px; max-width: 75ch; } .quiet { color: var(--quiet); } .warn { color: var(--warn); }
        .cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(130px, 1fr)); gap: 12px; margin: 22px 0; }
        .card { background: var(--card); border: 1px solid var(--rule); border-radius: 8px; padding: 12px 14px; }
        .card b { display: block; font-size: 26px; font-variant-numeric: tabular-nums; line-height: 1.2; }
        .card span { color: var(--quiet); font-size: 13px; }
        .scroll { overflow-x: auto; background: var(--card); border: 1px solid var(--rule); border-radius: 8px; }
        table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; font-size: 14px; }
        th, td { padding: 5px 11px; text-align: right; white-space: nowrap; border-bottom: 1px solid var(--rule); }
        th { font-weight: 600; color: var(--quiet); } th:first-child, td:first-child { text-align: left; }
        thead tr:first-child th { padding-bottom: 0; border: 0; } tr:last-child td { border-bottom: 0; }
        tr.total td { font-weight: 650; border-top: 2px solid var(--rule); }
        td.cell { background: rgb(var(--good) / calc(var(--v) * .38)); }
        li, h1, h2 { overflow-wrap: anywhere; }
        .group { border-left: 1px solid var(--rule); }
        .charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(250px, 1fr)); gap: 14px; }
        figure { margin: 0; } .chart { background: var(--card); border: 1px solid var(--rule); border-radius: 8px; padding: 10px 12px 4px; }
        figcaption { font-size: 13px; font-weight: 600; color: var(--quiet); margin-bottom: 4px; }
        svg { width: 100%; height: auto; display: block; } .grid { stroke: var(--rule); } .chance { stroke: var(--quiet); stroke-dasharray: 3 4; }
        .curve { fill: none; stroke-width: 1.6; stroke-linejoin: round; } .curve:hover { stroke-width: 3.2; }
        .tick, .axis { fill: var(--quiet); font-size: 10.5px; }
        .legend { display: flex; flex-wrap: wrap; gap: 4px 16px; margin: 10px 2px 0; padding: 0; list-style: none; font-size: 13px; }
        .legend i { display: inline-block; width: 14px; height: 3px; border-radius: 2px; margin-right: 6px; vertical-align: middle; }
        .pictures { display: grid; grid-template-columns: repeat(auto-fit, minmax(420px, 1fr)); gap: 14px; }
        .pictures figure { background: var(--card); border: 1px solid var(--rule); border-radius: 8px; padding: 10px; }
        .pictures img { width: 100%; display: block; border-radius: 4px; } .pictures figcaption { margin: 0 0 6px; overflow-wrap: anywhere; }
        .pictures figcaption b { color: var(--ink); }
        dl { display: grid; grid-template-columns: max-content 1fr; gap: 3px 18px; font-size: 14px; } dt { color: var(--quiet); }
        dd { margin: 0; overflow-wrap: anywhere; } code { font: 13px ui-monospace, Menlo, Consolas, monospace; }
        @media (max-width: 520px) { main { padding: 20px 14px 48px; } .pictures { grid-template-columns: 1fr; } }
        @media print { main { max-width: none; } .card, .scroll, .chart, figure { break-inside: avoid; } }
        """
}

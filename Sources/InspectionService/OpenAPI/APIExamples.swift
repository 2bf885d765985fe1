/// Answers that were really given, shortened; tests hold them against the schemas.
enum APIExamples {
    static let result = """
        {"id":"01a20ab0-d3c2-7389-ab1b-9bd5b4ad756b","product":"plate","createdAt":"2026-11-23T23:14:50.434221Z","verdict":"notOk",\
        "faults":[],"score":0.50527704,"scoreRaw":{"global":0.4917341,"mapMax":0.51882005},"threshold":0.5,"reviewThreshold":null,"mapThreshold":0.5,"calibrationId":null,"mode":"multitype",\
        "shots":0,"partId":"P-1","defects":[{"type":"kink","score":0.43008086,"areaPixels":53,"areaFraction":0.00017252604166666667,\
        "areaMm2":0.53,"mask":"/results/01a20ab0-d3c2-7389-ab1b-9bd5b4ad756b/masks/kink.png","regions":[{"box":{"x":380,"y":349,\
        "width":18,"height":5},"areaPixels":53,"peak":0.51713586,"types":[{"type":"kink","score":0.41},{"type":"cut","score":0.1}],\
        "contour":[[383,349],[380,351],[383,353],[397,351]]}]}],"image":{"width":640,"height":480,\
        "sha256":"8a9b948e6f3e0f2d2b3a2f8a54c2e4b1a5c7d9e0f1a2b3c4d5e6f708192a3b4c",\
        "brightness":0.5512,"contrast":0.1204,"sharpness":0.0417},\
        "heatmap":"/results/01a20ab0-d3c2-7389-ab1b-9bd5b4ad756b/heatmap.png","provenance":{"engine":"multiads 0.1.0",\
        "weights":"sha256:c4b527c4","adapter":"sha256:acbaedf2","references":null,"precision":"f32"},"timings":{"decode":0.001539,\
        "queue":0.000040,"encode":0.036323,"score":0.007798,"store":0.004258,"total":0.050384}}
        """
    static let batchLine = """
        {"index":1,"name":"b.jpg","status":415,"problem":{"type":"/problems/not-an-image","title":"The body is not a JPEG or PNG picture",\
        "status":415,"detail":"expected a JPEG or PNG picture, found bytes beginning with 68 65"}}
        """
    static let settings = """
        {"noun":"cable","defectTypes":["bent","cut",{"name":"kink","phrases":["{} has a kink","kinked {}"]}],"threshold":0.5}
        """
    static let product = """
        {"id":"cable","noun":"cable","defectTypes":["bent",{"name":"kink","phrases":["{} has a kink"]}],"threshold":0.5,"reviewThreshold":null,"mapThreshold":null,"decision":"combined","pictureCheck":"references","imageSide":518,\
        "ignore":[[[0,0],[40,0],[40,30]]],"include":[],"mmPerPixel":null,"keepImages":"none","maxBankRows":null,"status":"ready",\
        "progress":1.0,"references":{"version":3,"count":4},"calibrationId":null,"calibrationStatus":"none","createdAt":"2026-11-23T23:14:50.434221Z",\
        "updatedAt":"2026-11-23T23:14:50.434221Z"}
        """
    static let referenceReport = """
        {"items":[{"index":0,"name":"good1.png","status":"created",\
        "id":"8a9b948e6f3e0f2d2b3a2f8a54c2e4b1a5c7d9e0f1a2b3c4d5e6f708192a3b4c","width":640,"height":480,"similarity":null,\
        "warnings":[]}],"references":{"version":1,"count":1}}
        """
    static let calibration = """
        {"id":"01a21812-0a2b-7c36-9d61-3a4a5f0f8a11","product":"cable","createdAt":"2026-11-26T18:50:00.000000Z","method":"leaveOneOut",\
        "decision":"references","references":{"version":3,"count":3},"pictures":3,"falseRejectRate":null,"expectedFalseRejectRate":0.25,\
        "interval":{"lower":0.008403,"upper":0.707598,"confidence":0.95},"threshold":0.2312,"review":null,"mapThreshold":0.2312,"scores":[{\
        "id":"8a9b948e6f3e0f2d2b3a2f8a54c2e4b1a5c7d9e0f1a2b3c4d5e6f708192a3b4c","score":0.23112,"mapMax":0.23112},{\
        "id":"9ca590ce6f3e0f2d2b3a2f8a54c2e4b1a5c7d9e0f1a2b3c4d5e6f708192a3b4c","score":0.20551,"mapMax":0.20551},{\
        "id":"92cda9776f3e0f2d2b3a2f8a54c2e4b1a5c7d9e0f1a2b3c4d5e6f708192a3b4c","score":0.19204,"mapMax":0.19204}]}
        """
    static let label = """
        {"result":"01a20ab0-d3c2-7389-ab1b-9bd5b4ad756b","verdict":"notOk","types":["scratch"],"note":null,\
        "labeledAt":"2026-11-26T20:00:00.000000Z"}
        """
    static let summary = """
        {"by":"product","items":[{"product":"plate","total":3,"verdicts":{"ok":2,"notOk":1,"undecidable":0},\
        "score":{"min":0.12,"mean":0.3,"max":0.51}}],"truncated":false}
        """
}

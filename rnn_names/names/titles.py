"""Words beside a name that are no part of it, as they stand in lists of people: the tables of `cleaning`.

All are in small letters, in NFC and without full stops. A word that is also a name stands in the table
that
asks for more: for a full stop, for a longer name, for a title beside it.
"""


def words(text: str) -> frozenset[str]:
    """The words of a table, and each as its letters fold: Greek ς is σ."""
    return frozenset(text.split()) | frozenset(text.casefold().split())


def phrases(text: str) -> frozenset[str]:
    """Titles of two words, with commas between."""
    return frozenset(" ".join(phrase.split()) for phrase in text.split(","))


# Before a name, with a full stop or without.
BEFORE = words("""
mr mrs ms mx miss mister messrs mstr sir madam maam esquire
dr drs dra doctor prof professor profa professora reverend rev revd archbishop monsignor msgr rabbi
lieutenant lt 1lt 2lt captain capt cpt colonel general brigadier brig sergeant sgt ssgt corporal cpl pvt
adm commander cmdr cdr commodore lcdr ltc ltcol majgen ltgen wgcdr sqnldr fltlt constable
inspector
president senator congressman congresswoman governor minister ambassador councillor cllr alderman
chancellor chairman chairwoman chief barrister engr atty attorney advocate evangelist apostle
herr herrn frau fräulein frl hr hrn familie dipl dipl-ing dipl-kfm dipl-phys dipl-inf dipl-psych
univ-prof priv-doz ao-univ-prof mmag ddr maga hofrat kommerzialrat ministerialrat staatssekretär
dhr mevr mevrouw mw meneer mejuffrouw jhr jkvr jonkheer jonkvrouw mnr mev mej
fru fröken frøken frk härra proua preili herra rouva rva neiti frú
m-me mme mmes mlle mlles monsieur madame mademoiselle maître docteur professeur abbé vve
sig sigra signor signora signorina dott dottssa dottor dottoressa profssa avv spettle egr gentma
suor
sr sra srta sres sras srs señor señora señorita lic licda lcdo lcda licenciado licenciada ingeniero
ingeniera
arq arquitecto arquitecta doctora mtro mtra dña profesor profesora gral cnel tte
senhor senhora engo enga arqo arqa exmo exma doutor doutora desembargador desembargadora
deputado deputada vereador vereadora
domnul doamna domnișoara dl dna d-na d-l d-ra d-nul d-șoara
mgr inż inz dr-inż ks płk kpt mjr kmdr nadkom szanowny szanowna
mudr judr phdr rndr paeddr thdr mvdr pharmdr mddr rsdr bca mga thlic slečna
özv ifj
gospod gospa gospodin gospođa gospodja gospodična gospođica gdin gđa gđica gda
ponas ponia ponai zoti zonja znj zonjusha
sayın sayin sn doç doc-dr uzm yrd müh cənab janab
bpk bapak ibu sdr sdri hj drs ir-h drg
encik tuan puan datuk dato' datin
shri smt shrimati ustaz ustadz mawlawi mawlavi maulvi ayatollah hojjatoleslam hujjatulislam
ктн кмн дтн дмн mheshimiwa mhe dkt bwana mzee mwl mnu nkk nksz gng mudane marwo andriamatoa ramatoa
ato-w woizero
batoni kalbatoni s-ro s-ino is-sur is-sinjura
г-н г-жа г-ца гн гжа господин госпожа госпожица господар д-р др доктор проф профессор професор академик
инж инженер пані добродій товарищ тов спадар спадарыня полковник генерал подполковник майор капитан
лейтенант
κ κος κα κς κύριος κυρία κκ δρ δεσποινίς δις καθ καθηγητής καθηγήτρια
պարոն տիկին օրիորդ պրն տկն դոկտոր ბატონი ქალბატონი დოქტორი
السيدة الآنسة الدكتور الدكتورة دكتور دكتورة الأستاذ الأستاذة المهندس المهندسة العميد اللواء المقدم
العقيد الحاجة
أد معالي الأنسة السادة
آقای سرکار جناب دکتر مهندس ڈاکٹر محترمہ محترم پروفیسر ښاغلی آغلې بەڕێز
ד"ר פרופ' פרופ מר גב' גב גברת הרב עו"ד אדון מרת
श्री श्रीमती सुश्री डॉ डा० डॉ० डॉ॰ डा॰ प्रो प्रोफेसर माननीय জনাব জনাবা শ্রী শ্রীমতী ডা ড ডঃ ডাঃ অধ্যাপক
திரு திருமதி செல்வி டாக்டர் శ్రీ శ్రీమతి డా ಶ್ರೀ ಶ್ರೀಮತಿ ಡಾ શ્રી શ્રીમતી ડૉ ਸ਼੍ਰੀ ਸ਼੍ਰੀਮਤੀ ਡਾ ശ്രീ
ശ്രീമതി ഡോ
අාචාර්ය ආචාර්ය මහාචාර්ය
አቶ ወ/ሮ ወይዘሮ ዶ/ር ፕሮፌሰር ወ/ሪት
លោក លោកស្រី អ្នកស្រី ທ້າວ ທ່ານ ဒေါက်တာ
คุณ ดร ศ รศ ผศ ศาสตราจารย์
""") | phrases("""
tan sri, puan sri, toh puan, dato seri, datuk seri, dato' seri, dato sri, datuk paduka,
his excellency, her excellency, his majesty, her majesty, his highness, her highness, his holiness,
his eminence, his grace, crown prince, crown princess, prime minister, vice president, lt col, lt gen,
lt cdr, lt cmdr, sgt maj, sgt major, sergeant major, maj gen, major general, brig gen, brigadier
general, rear admiral, rear adm, vice
admiral,
field marshal, air marshal, wing commander, wg cdr, squadron leader, sqn ldr, flt lt, flight lieutenant,
group captain, gp capt, staff sergeant, first lieutenant, second lieutenant, de heer, geachte heer,
mr sc, dr sc, dipl ing, öğr gör, arş gör, an tuasal, gnädige frau, sehr geehrter, sehr geehrte,
κ κ, אל כבוד""")  # fmt: skip

# Before a name of at least two words: `Haji Ahmad Yusof`, but not `Haji Manara`.
BEFORE_LONG = words("""
lady lord dame admiral princess dato cik خانم سعادة فضيلة judge hon honourable honorable col cardinal swami
pandit ustad mawlana
mufti mullah allama sheikh shaikh sheik shaykh sheikha shaikha haji hajah hajji hajj hadji alhaji alhaj
alhajj hajia malam mallam khun ndugu ato bayan dom dona doña fray padre frère père sœur soeur sister
brother captain-general deacon shree pani paní pastora ông bà director mayor deputy detective officer
السيد الشيخ الشيخة الحاج سيدي मा कुमारी пан госпођа госпођица
""")  # fmt: skip

# Before a name, only with a full stop: without it they are names, or words of names.
BEFORE_DOTTED = words("""
eng sen rep pres gov προφ don dona ilmo ilma signa maulana dean major maj prince king queen earl duke
count baron bishop pastor
judge justice imam fr sis bro
gen col ing mag bc doc prim arch geom rag cav on mons pan pe cel ten sgto cap conf lect asist akad av op
bay
ir pak tri med univ phil rer nat jur theol habil vet oec pol soc ök techn mont lek stom hab sc por bp
arc
barr pst evang adv ds mar em magist magister pr hon me par cand stud ph gd toht fil hum st-sgt
акад доц канд асп ст ред м ул г д أ م د ن و
""")  # fmt: skip

# Only behind another title: `Dr med Anna Huber`, `Dr. h. c. Otto Kern`.
BEHIND_A_TITLE = words("""
med univ rer nat jur habil hab vet oec techn dent hc mult emer em ing med-vet phil-nat ph gör doç
dr-ing
general-lieutenant surg sc honoris causa designate mag
""") | {"h c"}

# Only if a title follows: `The Rt Hon`, `Mr and Mrs Smith`, `PD Dr. Huber`.
BEFORE_A_TITLE = words("""
he hrh hh di dkfm yb yab 1st 2nd the his her most right rt very hon vice deputy lt maj major brig air
rear first second acting
former pd ao
and & und et y e i и en och og pan pani dip ra mag ing st ret em yrd arş öğr
""") | {"+"}

# Behind a name.
BEHIND = words("""
phd dphil edd dsc dlitt scd psyd pharmd dvm dds dmd dpt dnp emba msc msci mphil mres mfa mpp llb llm
bsc bcom bcomm bpharm btech mtech bfa bba bca mca mbbs mbchb frcs frcp mrcp frs frcpath mrcs frsa fcca
acca aca cpa cfa cfp cisa cissp pmp esq esquire obe mbe cbe kbe dbe gbe kcb kcmg cmg cvo mvo qc jp
bsn lpn crna facp facs retd csc drsc llp ccnp lcsw lmft mft sphr shrm
phdr mudr mag-phil ba-hons msw mph mpa mha medn
spd mpd skom mkom shum skm spsi mhum msi mmt stp ssos skep amd drg
bey hanım hanim beyefendi hanımefendi bəy xanım ханым мырза әфәнде
ктн кфмн кэн дмн дфмн дтн кмн ктн дэн
saheb sahib sahab जी साहब साहिब صاحب صاحبہ মহোদয় kungs kundze kundzei
先生 女士 小姐 太太 夫人 さん さま 様 ちゃん くん 君 氏 殿 博士 教授 씨 님 선생님 교수님 박사님 박사 교수
""")

# Some of these, as they are written where capitals count.
MIXED = words("PhD DPhil MSc BSc MEd MPhil LLb PharmD CSc DrSc")

# Behind a name of at least two words, or with a full stop: `Van Jr` may be one.
BEHIND_LONG = words("""
jr jnr sr snr ii iii iiii iv vii viii ml mł úr urnak asszony jauna
""")

# Behind a name of at least two words, in capitals: `Anna Huber MD`, not `Rahman Md`.
BEHIND_IN_CAPITALS = words("md rn mba np pt jd pe dc mp pc cde rdn rph pa-c cnp rac")

# Behind a comma, or with full stops within: elsewhere they are names, as Jack Ma and Van Do are.
BEHIND_A_COMMA = words("""
ma ba do se sh mh meng beng cia sip dis ret jun st ed edm mm me pa od la ca cma ra ai pmi ab am bd be
dd
lac mes mai mat th sd si ag pd ak
i v vi ix x d y dy dä bl bs ms med mag magister dr drs prof ing dipl-ing bc mgr ir rev chairman manager
director ceo cfo cto coo president deputy speaker hons
""")

# Between the names of one person.
BETWEEN = words("""
née né geb geborene geborener roz rozená rođ rođena урожд урождённая ép épouse épse
""")

# Written together with the name, in scripts that leave no blank: a pattern before it, and behind it.
GLUED_BEFORE = (
    r"(?:นางสาว|นาย|นาง|น\.ส\.|ด\.ช\.|ด\.ญ\.|ว่าที่ ?ร\.ต\.|พล\.?[ตอ]\.?[ตทอ]\.|พล\.[อทต]\.|พลตำรวจเอก|"
    r"พลตำรวจโท|พลเอก|พลโท|พลตรี|พันเอก|พันโท|พันตรี|รองศาสตราจารย์|ผู้ช่วยศาสตราจารย์|ศาสตราจารย์|[รผ]?ศ\.|ดร\.|"
    r"เด็กชาย|เด็กหญิง|หม่อมราชวงศ์|หม่อมหลวง|ม\.[รลจ]\.[วจ]?\.?|คุณหญิง)(?=\s*[ก-ฮเ-ไ][^\s]|\s)|"
    r"(?:លោកស្រី|អ្នកស្រី|លោក)(?=\s*[ក-អ])"
)
GLUED_BEHIND = (
    r"(?:先生|女士|小姐|太太|老師|老师|教授|博士|醫生|医生|律師|律师|同志|主席|總統|总统|經理|经理|主任|さん|さま|ちゃん|様|先輩|社長|部長|課長|弁護士)|"
    r"(?<=[\u3400-\u9fff]{2})(?:氏|殿|くん)|"
    r"(?<=[가-힣])\s?(?:씨|선생님|교수님|박사님|사장님|부장님|과장님|대표님|팀장님|의원님)|(?<=[가-힣]{2})님"
)
ROMANISED = ("san", "sama", "sensei", "ssi", "nim")

"""Words of organisations, authorities and machines, and the commonest surnames of two scripts without spaces.

Readers may extend these facts; no decision is taken here. Words are folded as by `fold_text`: lower case, no accents.
"""

from __future__ import annotations

_LEGAL_FORMS = """
    ab ag aktiebolag aktiengesellschaft anonim aps as asa berhad bhd bv bvba cia corp corporation cv doo eg ek
    ev genossenschaft gesellschaft gmbh inc incorporated kft kg kk lda limitada limited llc llp lp ltd ltda mbh
    nv nyrt ood oy oyj plc pte pty pvt sa sarl sas scrl sdn se sgps sia sicav sirketi sl slu spa spol sprl srl
    sro tnhh uab ug zrt αε επε ао ат еоод зао кг оао оод ооо пао пат тов тоо
"""
_BODIES = """
    academy acquedotto admin administracao administracio administracion administration agence agencia agency
    agentura agenzia akademie aktivitet alliance amt anstalt archiv archive archivum army asociacion assembly
    associacao association assurance authority autoridad autoridade autorita autoritatea autorite ayuntamiento
    bakanligi banca banco bank banka banque berufsakademie bibliothek board bolsa bourse bundesamt bundesanstalt
    bundestag bureau business camara care center centre centro centrum chamber city clinic clinica colegial
    colegio college comercio comision commerce commercial commission committee compania company comune comunidad
    confederation consejo consorci consortium consorzio consulting cooperative corporaciones corporate
    corporativo council country court dataport defence defensa defense defensie delegacion departement
    department dienst dienste dioezese diputacio diputacion direccion direction direzione district ecole
    eidgenossenschaft ejercito electric electricity electronica electronico electronicos elektronik elektronska
    elektronski energia energie energy enterprise enterprises entidad entreprise environment equipment escuela
    espace exchange fabrica fachhochschule federal federation finance finances financial finanzamt forschung
    forschungszentrum forum foundation freistaat fundacao fundacion gemeente generalitat genossenschaft
    gesundheit gobierno gouvernement government group groupe grupo gruppe handelskammer hansestadt health
    healthcare hochschule holding holdings hospital hotel imaging immobilien industries informacni informatica
    informatics informatik information informatique initiative institut institute institution instituto
    insurance interieur international internet istituto justicia justiz kamer kammer klinikum komercni komise
    kommission kurumu laboratory labs landesamt landesbank landesbibliothek landeshauptstadt library lodge
    logistics media medical medizin metro ministarstvo minister ministere ministerie ministerio ministerium
    ministero ministerstvo ministry municipality museum nacional national nationalbibliothek nemocnice network
    networks notariat office oficina organisation organizacion organization ouderzorg parliament partners
    plataforma police policia policie politia politie polizei polytechnic posta poste power prefeitura provider
    providers provincia railway rechenzentrum registradores registro registru registry republic republica
    republik republika research respublika restaurant rijksoverheid rundfunk sanidad satellite savings scheme
    school schule secretaria sector seguridad seguros sekretariat servicos shield sistemas sociedad societe
    society software solutions sparkasse sport staat stadt stadtverwaltung state stichting stiftung
    stiftungsverwaltung surveyors syndicat systeme technologies technology telecom telekom telestyrelsen trading
    trains tribunal trustcenter union universidad universidade universita universitaet universitat universite
    universiteit universitesi university univerzita uniwersytet urad utilities ventures verband verein
    vereniging versicherung verwaltung volksbank wetterdienst wirtschaft zaklad zdravotni zentrum πανεπιστημιο
    υπουργειο агентство агенция академия акціонерне банк государственныи департамент державна институт
    казначеиство комитет компания министерство міністерство общество община оператор підприємство республики
    служба совет товариство удостоверение украіни университет федеральное фонд центр אוניברסיטת جامعة شركة وزارة
"""
_MACHINES = """
    access admin administrator advanced aes agent akr alias anchor api app application applications archive
    archivovani assurance attestation attribute authentication authenticator authorisation authorities
    authorization autoridade backup basic box browser ca cachet camera camerfirma card category cert
    certificacao certificacion certificado certificados certificat certificate certificaten certificates
    certification certificirane certified certigna certisign certs certyfikat chain channel cifrado class client
    cloud code codesign codesigning common communication communications computer confianza conservation
    constraint constraints control controller core corp counter critical crl cross customer cyber damgasi data
    database daten default delivery demo descripcion desktop developer development device dhcp digital director
    dnie dns document documents domain ds dv ecc ecdsa ecommerce eid eidas electronic elektronicke elektronik
    elektronischen elektronischer email emea emisor encryption end enrollment enterprise entity entrega equisign
    error esign esigno ev evaluation exchange expired extended extension external fake fido fips firewall firma
    form full functional funktionscertifikat funktionstest gateway gen general global good grid hello
    hitelesites hitelesito hizmet hizmetler hizmetleri horodatage host hsm http https ibm id identity idobelyeg
    idobelyegzo implicit imza individual instance intermediaer intermediate internal interoperabilitatstester
    invalid inversion iot issuer issuing key keys kiosk kormanyzati kriptografija kvalificeret kvalifikovana
    kwalifikowany kwalifikowanych last leaf legal length level linux listener lists local localhost log logging
    logo logon machine machines mail malware management manager master member microsoft minositett minositetten
    missing mobile model monitor name network node nodes notary numeric ocsp offline online open operations
    operator operators optional organizational ov package pecat pecati permitted person persona personal
    personne personnel pilot pipeline pki pks plant platform podpis policies policy portal poswiadczenia premium
    preservation primary print printer private processing product production produktion program project protocol
    provisioning proxy prueba pruebas public publico qcp qes qualificata qualifie qualified qualifiee ra
    receiver recovery registered registration release remote repository request requests reserved resource
    responder revocation revoked robot role root rootca router rsa saglayicisi sales sample sandbox scep seal
    secure security self sellado sello sellos sertifika sertifikasi sertifikat servei serveis server servers
    serveur service services servicio servicios servico servidor servidores servis servizi servizio session
    shared shop sigg sign signature signatures signed signer signing signserver site sluzba smartcard smime soap
    software ssl staging stamp stamping standard store sub subca subject subordinate subscriber sunucu sunucusu
    supervisory support suscriptor switch system systems szolgaltato tanusitvany tanusitvanykiado team tech
    template temporary terminal test tester testing tidsstempling tiempo timbre time timestamp timestamping
    titular tls token tool tramitador trial trust trustanchor trusted tsa tsl tslsigner tsp tss tsu unit unknown
    untrusted update usage user users usuario usuarios utility validacao validacion validation validator
    validering valideringstjeneste validity vendor verification verified verifier version virtual voice vpn
    vulnerable waznosci web website wildcard windows wireless zeitstempel zeitstempeldienst zertifikat
    zertifizierung zertifizierungsstelle znacznik znacznikow сервер сертификат тест удостоверяющии
"""

_SERVICES = """
    abteilung aikaleima ajatempel amtsgericht archivierung behoerde behorde belyegzo casovyraz certificatore
    certificazione conservazione daemon demail dienstleister dienststelle dkim dmarc elektropecet eseal eseals
    esiegel fernsignatur geschaeftsstelle geschaftsstelle ggmbh hizmeti horodateur landgericht mailgateway
    mailserver mailservice marcatura oberlandesgericht pakalpojums palvelu paslauga pieczec podatelna poststelle
    razitko registratur registrierung registrierungsstelle securemail selo selos servicii serviciu siegeldienst
    siegelung signaturdienst signaturserver sluzby smtp sociedade societa szerverbelyegzo szolgaltatas teenus
    tidsstampel tidsstempel timestamper timestamps tjanst tjeneste trustservice uslugi validace validazione
    validierung verificacao verificacion verifizierung verwaltungsgericht webmail webserver webservice
    zeitstempelung zertifikate zertifizierungsdienst υπηρεσια ωχπ конверт сервис
"""

ORGANISATION_WORDS = frozenset((_LEGAL_FORMS + _BODIES + _MACHINES + _SERVICES).split())
"""Legal forms; bodies, offices and branches of business; certification, purposes of keys, machines, and services."""

_PARTS = """
    公司 株式会社 会社 大学 大學 銀行 银行 集团 集團 中心 学校 政府 協会 协会 证书 憑證 認証 认证 测试
    測試 机构 機構 部門 服务 服務 주식회사 대학교 은행 인증 센터 기관 테스트 บริษัท
    มหาวิทยาลัย ธนาคาร กระทรวง サーバ サーバー テスト 局 省庁 協同組合 認証局 有限公司
    电子 電子 证券 签发 根证书 医院 病院 研究 学院 協議会 委員会 委员会 政务 科技 网络 網路 信息 한국
    정보 서버 공사 협회 학교 (주) ㈜ 유한회사 เซิร์ฟเวอร์ ทดสอบ สำนักงาน ใบรับรอง सर्वर
    विश्वविद्यालय
"""
ORGANISATION_PARTS = (*_PARTS.split(), " OÜ", "OÜ ", " MTÜ", "MTÜ ")
"""Words of organisations in scripts without spaces, found anywhere in a text, and legal forms of Estonia, since folded
OÜ is a surname."""

HAN_SURNAMES = frozenset(
    "王李张張刘劉陈陳杨楊黄黃赵趙吴吳周徐孙孫马馬朱胡郭何林高罗羅郑鄭梁谢謝宋唐许許韩韓冯馮邓鄧曹彭曾肖萧蕭田董潘袁蔡蒋蔣余于杜叶葉程魏苏蘇吕呂丁任卢盧姚沈钟鍾"
    "姜崔谭譚陆陸范汪廖石金韦韋贾賈夏付方邹鄒熊白孟秦邱侯江尹薛闫閻段雷龙龍史陶贺賀毛郝顾顧龚龔邵万萬覃武钱錢戴严嚴莫孔向常"
)
HANGUL_SURNAMES = frozenset(
    "김이박최정강조윤장임한오서신권황안송류유전홍고문양손배백허남심노하곽성차주우구민진나지엄채원천방공현함변염여추도소석선설마길연위표명기반왕금옥육인맹제모탁국어은편"
)

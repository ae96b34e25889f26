"""Words that stand in names: titles, suffixes, particles, and the families that are named first."""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# What stands before a name and is none.
TITLES = _words("""
    dr drs dra dres dott dottssa doctor prof professor professorin mr mrs ms miss mx mister madam sir
    dame lord lady rev reverend fr father sister hon capt col gen lt sgt maj cdr herr frau hr fru frk
    fraulein dipl mme mlle monsieur madame mademoiselle sr sra srta sres señor señora señorita sig siga
    sigra signor signora dhr mevr mw pani bay bayan sheikh shaykh sheik rabbi imam haji shri smt д-р
    доктор г-н г-жа господин госпожа د دكتور الدكتور دكتورة الدكتورة السيد السيدة डॉ श्री श्रीमती
""")
# What may follow a title; elsewhere "Phil" and "Nat" are people.
FACULTIES = _words("""
    med dent vet psych rer nat phil jur habil hc theol ing mag mult univ
""")
# What stands after a name, with dots or without.
SUFFIXES = _words("""
    jr jnr sr snr ii iii iv phd dphil md dds dmd dc do dpt pt rn esq msc bsc ma ba mba mphil llb llm obe
    mbe cbe kc qc frcs facs mrcp frcp jd bchir mbbs mbchb med mag dipl ing
""")
# Of these, what is no name even where nothing else is there: "Ma" and "Do" are.
ALONE = _words("""
    phd jr jnr sr snr esq md dds msc bsc mba
""")
# What begins a family name, or the first half of a given one: alone it is nobody.
PARTICLES = _words("""
    von van vom zu zum zur de del della der den di da dos das du des la le lo los las el al ter ten te
    bin ibn bint abu umm abd abdul abdel abdal st saint san santa mac mc o ap عبد ابو ام بن ابن ال
""")
# Families whose name often stands first, in Latin letters too. Folded.
FAMILIES_FIRST = _words("""
    wang li zhang liu chen yang huang zhao wu zhou xu sun ma zhu hu guo he gao lin luo zheng liang xie
    song tang deng han feng cao peng zeng xiao tian dong pan yuan cai jiang yu du ye cheng wei su lu
    ding ren shen yao lai chan wong cheung lau leung ng ho lam kwok tsang chow yip kim park lee choi
    jung jeong kang cho yoon jang lim shin seo kwon hwang ahn yoo hong nguyen tran le pham hoang huynh
    phan vu vo dang bui do duong ly ngo dinh truong sato suzuki takahashi tanaka watanabe ito yamamoto
    nakamura kobayashi kato yoshida yamada sasaki nagy kovacs toth szabo horvath varga kiss molnar
    nemeth farkas balogh papp takacs juhasz
""")
# Given names that come in pairs: the first of a pair, and the second. Folded.
DOUBLE_FIRST = _words("""
    mary anne ann anna ana marie maria jean jose juan luis hans karl eva billy bobby sarah
""")
DOUBLE_SECOND = _words("""
    ann anne anna jane beth jo joe lou kate ellen grace marie maria jose luis carlos antonio manuel
    jesus pablo miguel angel pierre paul claude luc louis marc jacques francois michel yves peter
    joachim heinz
""")

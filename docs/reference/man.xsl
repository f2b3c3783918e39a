<?xml version="1.0"?>
<!--
  Man pages of section 3, from the XML that Doxygen makes of include/hob: one for each header, and one
  for each function, in which those follow that say "The same" of themselves. Run on index.xml:

      xsltproc -stringparam folder man3/ -stringparam date "November 22, 2026" man.xsl index.xml
-->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:exsl="http://exslt.org/common" extension-element-prefixes="exsl">

<xsl:output method="text"/>
<xsl:strip-space elements="*"/>
<xsl:preserve-space elements="para computeroutput codeline highlight ref"/>
<xsl:param name="folder"/>
<xsl:param name="date"/>

<xsl:template match="/doxygenindex">
  <xsl:for-each select="compound[@kind = 'file']">
    <xsl:apply-templates select="document(concat(@refid, '.xml'), .)/doxygen/compounddef"/>
  </xsl:for-each>
</xsl:template>

<!-- A function with a text of its own, and not that of another or "The same...", begins a page. -->
<xsl:key name="by_text" match="memberdef" use="normalize-space(briefdescription)"/>

<!-- The functions of a header, and the macros that stand for one. -->
<xsl:template match="compounddef">
  <xsl:variable name="header" select="concat('hob/', compoundname)"/>
  <xsl:variable name="page">
    <xsl:if test="compoundname != 'hob.h'">hob-</xsl:if> <!-- hob_log is a function -->
    <xsl:value-of select="substring-before(compoundname, '.')"/>
  </xsl:variable>
  <xsl:variable name="functions" select="sectiondef/memberdef[@kind = 'function' or
      @kind = 'define' and starts-with(name, 'hob_')]"/>
  <xsl:call-template name="header_page">
    <xsl:with-param name="page" select="$page"/>
    <xsl:with-param name="header" select="$header"/>
    <xsl:with-param name="functions" select="$functions"/>
  </xsl:call-template>
  <xsl:variable name="first" select="$functions[
      not(starts-with(normalize-space(briefdescription), 'The same')) and
      not(key('by_text', normalize-space(briefdescription))/location/@line &lt; location/@line)]"/>
  <xsl:for-each select="$first">
    <xsl:variable name="line" select="location/@line"/>
    <xsl:variable name="next">
      <xsl:for-each select="$first[location/@line &gt; $line]">
        <xsl:sort select="location/@line" data-type="number"/>
        <xsl:if test="position() = 1"><xsl:value-of select="location/@line"/></xsl:if>
      </xsl:for-each>
    </xsl:variable>
    <xsl:call-template name="page">
      <xsl:with-param name="overview" select="$page"/>
      <xsl:with-param name="header" select="$header"/>
      <xsl:with-param name="family" select="$functions[location/@line &gt;= $line and
          ($next = '' or location/@line &lt; $next)]"/>
    </xsl:call-template>
  </xsl:for-each>
</xsl:template>

<!-- A page. -->

<xsl:template name="page">
  <xsl:param name="overview"/>
  <xsl:param name="header"/>
  <xsl:param name="family"/>
  <xsl:variable name="name" select="name"/>
  <xsl:variable name="text" select="normalize-space(briefdescription)"/>
  <exsl:document href="{$folder}{name}.3" method="text">
    <xsl:call-template name="title"><xsl:with-param name="name" select="name"/></xsl:call-template>
    <xsl:for-each select="$family">
      <xsl:sort select="location/@line" data-type="number"/>
      <xsl:value-of select="concat('.Nm ', name)"/>
      <xsl:if test="position() != last()"> ,</xsl:if>
      <xsl:text>&#10;</xsl:text>
    </xsl:for-each>
    <xsl:text>.Nd </xsl:text>
    <xsl:call-template name="summary"/>
    <xsl:value-of select="concat('.Sh SYNOPSIS&#10;.In ', $header, '&#10;')"/>
    <xsl:apply-templates select="$family" mode="prototype">
      <xsl:sort select="location/@line" data-type="number"/>
    </xsl:apply-templates>
    <xsl:text>.Sh DESCRIPTION&#10;</xsl:text>
    <xsl:call-template name="description"/>
    <xsl:for-each select="$family[normalize-space(briefdescription) != $text]">
      <xsl:sort select="location/@line" data-type="number"/>
      <xsl:value-of select="concat('.Ss ', name, '&#10;')"/>
      <xsl:call-template name="description"/>
    </xsl:for-each>
    <xsl:text>.Sh SEE ALSO&#10;</xsl:text>
    <xsl:value-of select="concat('.Xr ', $overview, ' 3&#10;')"/>
  </exsl:document>
  <xsl:for-each select="$family[name != $name]">
    <exsl:document href="{$folder}{name}.3" method="text">
      <xsl:value-of select="concat('.so man3/', $name, '.3&#10;')"/>
    </exsl:document>
  </xsl:for-each>
</xsl:template>

<xsl:template name="header_page">
  <xsl:param name="page"/>
  <xsl:param name="header"/>
  <xsl:param name="functions"/>
  <exsl:document href="{$folder}{$page}.3" method="text">
    <xsl:call-template name="title"><xsl:with-param name="name" select="$page"/></xsl:call-template>
    <xsl:value-of select="concat('.Nm ', $page, '&#10;.Nd ')"/>
    <xsl:call-template name="summary"/>
    <xsl:value-of select="concat('.Sh SYNOPSIS&#10;.In ', $header, '&#10;')"/>
    <xsl:text>.Sh DESCRIPTION&#10;</xsl:text>
    <xsl:call-template name="description"/>
    <xsl:for-each select="sectiondef[@kind = 'user-defined']">
      <xsl:sort select="memberdef[1]/location/@line" data-type="number"/>
      <xsl:value-of select="concat('.Ss ', header, '&#10;')"/>
      <xsl:apply-templates select="description/para"/>
    </xsl:for-each>
    <xsl:if test="$page = 'hob'">
      <xsl:text>.Bl -tag -width Ds&#10;</xsl:text>
      <xsl:for-each select="includes">
        <xsl:value-of select="concat('.It In ', ., '&#10;.Xr hob-',
            substring-before(substring-after(., '/'), '.'), ' 3&#10;')"/>
      </xsl:for-each>
      <xsl:text>.El&#10;</xsl:text>
    </xsl:if>
    <xsl:if test="$functions">
      <xsl:text>.Sh FUNCTIONS&#10;.Bl -tag -width Ds&#10;</xsl:text>
      <xsl:for-each select="$functions">
        <xsl:sort select="location/@line" data-type="number"/>
        <xsl:value-of select="concat('.It Xr ', name, ' 3&#10;')"/>
        <xsl:call-template name="summary"/>
      </xsl:for-each>
      <xsl:text>.El&#10;</xsl:text>
    </xsl:if>
    <xsl:if test="sectiondef/memberdef[@kind = 'typedef' or @kind = 'enum']">
      <xsl:text>.Sh TYPES&#10;.Bl -tag -width Ds&#10;</xsl:text>
      <xsl:for-each select="sectiondef/memberdef[@kind = 'typedef' or @kind = 'enum']">
        <xsl:sort select="location/@line" data-type="number"/>
        <xsl:value-of select="concat('.It Vt &quot;', definition[../@kind = 'typedef'], '&quot;')"/>
        <xsl:value-of select="concat(' ', name[../@kind = 'enum'], '&#10;')"/>
        <xsl:call-template name="description"/>
        <xsl:apply-templates select="enumvalue"/>
      </xsl:for-each>
      <xsl:text>.El&#10;</xsl:text>
    </xsl:if>
    <xsl:apply-templates select="innerclass" mode="structure"/>
    <xsl:text>.Sh SEE ALSO&#10;.Xr hob 1</xsl:text>
    <xsl:if test="$page != 'hob'"> ,&#10;.Xr hob 3</xsl:if>
    <xsl:text>&#10;</xsl:text>
  </exsl:document>
</xsl:template>

<xsl:template name="title">
  <xsl:param name="name"/>
  <xsl:value-of select="concat('.Dd ', $date, '&#10;.Dt ', translate($name,
      'abcdefghijklmnopqrstuvwxyz', 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'), ' 3&#10;.Os hob&#10;.Sh NAME&#10;')"/>
</xsl:template>

<!-- The first sentence, without its full stop. -->
<xsl:template name="summary">
  <xsl:variable name="text" select="normalize-space(briefdescription)"/>
  <xsl:call-template name="escape">
    <xsl:with-param name="text" select="substring($text, 1, string-length($text) - 1)"/>
  </xsl:call-template>
  <xsl:text>&#10;</xsl:text>
</xsl:template>

<!-- Prototypes. -->

<xsl:template match="memberdef" mode="prototype">
  <xsl:if test="@kind = 'function'">
    <xsl:value-of select="concat('.Ft &quot;', type, '&quot;&#10;')"/>
  </xsl:if>
  <xsl:value-of select="concat('.Fn ', name)"/>
  <xsl:for-each select="param">
    <xsl:text> "</xsl:text>
    <xsl:apply-templates select="." mode="prototype"/>
    <xsl:text>"</xsl:text>
  </xsl:for-each>
  <xsl:text>&#10;</xsl:text>
</xsl:template>

<xsl:template match="param" mode="prototype">
  <xsl:variable name="last" select="substring(type, string-length(type))"/>
  <xsl:choose>
    <xsl:when test="contains(type, '(*)')"> <!-- a function's address: the name is in the middle -->
      <xsl:value-of select="concat(substring-before(type, '(*)'), ' (*', declname, ')',
          substring-after(type, '(*)'))"/>
    </xsl:when>
    <xsl:when test="not(type)"><xsl:value-of select="defname"/></xsl:when>
    <xsl:when test="$last = '*' or not(declname)">
      <xsl:value-of select="concat(type, declname)"/>
    </xsl:when>
    <xsl:otherwise><xsl:value-of select="concat(type, ' ', declname)"/></xsl:otherwise>
  </xsl:choose>
</xsl:template>

<!-- Structures, in the page of their header. -->

<xsl:template match="innerclass" mode="structure">
  <xsl:value-of select="concat('.Sh ', ., '&#10;')"/>
  <xsl:for-each select="document(concat(@refid, '.xml'), .)/doxygen/compounddef">
    <xsl:call-template name="description"/>
    <xsl:text>.Bl -tag -width Ds&#10;</xsl:text>
    <xsl:for-each select="sectiondef/memberdef[not(contains(name, '@'))]">
      <xsl:value-of select="concat('.It Vt &quot;', type, '&quot; ', name, argsstring, '&#10;')"/>
      <xsl:call-template name="description"/>
    </xsl:for-each>
    <xsl:text>.El&#10;</xsl:text>
  </xsl:for-each>
</xsl:template>

<xsl:template match="enumvalue">
  <xsl:if test="position() = 1">.Bl -tag -width Ds&#10;</xsl:if>
  <xsl:value-of select="concat('.It Dv ', name, '&#10;')"/>
  <xsl:call-template name="description"/>
  <xsl:if test="position() = last()">.El&#10;</xsl:if>
</xsl:template>

<!-- Text. -->

<!-- Doxygen takes the first sentence out of its paragraph: here it is put back. -->
<xsl:template name="description">
  <xsl:apply-templates select="briefdescription/para/node()"/>
  <xsl:text>&#10;</xsl:text>
  <xsl:for-each select="detaileddescription/para">
    <xsl:if test="position() > 1">
      <xsl:call-template name="paragraph"/>
    </xsl:if>
    <xsl:apply-templates/>
    <xsl:text>&#10;</xsl:text>
  </xsl:for-each>
</xsl:template>

<xsl:template match="description/para">
  <xsl:if test="position() > 1">
    <xsl:call-template name="paragraph"/>
  </xsl:if>
  <xsl:apply-templates/>
  <xsl:text>&#10;</xsl:text>
</xsl:template>

<!-- Lists and code have space before them anyway. -->
<xsl:template name="paragraph">
  <xsl:if test="not(node()[normalize-space()][1][self::itemizedlist or self::verbatim])">
    <xsl:text>.Pp&#10;</xsl:text>
  </xsl:if>
</xsl:template>

<!-- Each sentence begins a line. -->
<xsl:template match="text()">
  <xsl:variable name="escaped">
    <xsl:call-template name="escape"><xsl:with-param name="text" select="."/></xsl:call-template>
  </xsl:variable>
  <xsl:variable name="text" select="translate($escaped, '&#10;', ' ')"/>
  <xsl:if test="starts-with($text, '.') and not(preceding-sibling::node())">\&amp;</xsl:if>
  <xsl:call-template name="replace">
    <xsl:with-param name="text" select="$text"/>
    <xsl:with-param name="what" select="'. '"/>
    <xsl:with-param name="by" select="'.&#10;'"/>
  </xsl:call-template>
</xsl:template>

<xsl:template match="itemizedlist">
  <xsl:text>&#10;.Bl -dash&#10;</xsl:text>
  <xsl:for-each select="listitem">
    <xsl:text>.It&#10;</xsl:text>
    <xsl:apply-templates select="para/node()"/>
    <xsl:text>&#10;</xsl:text>
  </xsl:for-each>
  <xsl:text>.El&#10;</xsl:text>
</xsl:template>

<xsl:template match="verbatim | programlisting | preformatted">
  <xsl:text>&#10;.Bd -literal -offset indent&#10;</xsl:text>
  <xsl:apply-templates mode="code"/>
  <xsl:text>.Ed&#10;</xsl:text>
  <xsl:if test="following-sibling::node()[normalize-space()]">.Pp&#10;</xsl:if>
</xsl:template>

<xsl:template match="text()" mode="code">
  <xsl:call-template name="escape"><xsl:with-param name="text" select="."/></xsl:call-template>
</xsl:template>
<xsl:template match="codeline" mode="code">
  <xsl:apply-templates mode="code"/>
  <xsl:text>&#10;</xsl:text>
</xsl:template>
<xsl:template match="sp" mode="code"><xsl:text> </xsl:text></xsl:template>

<!-- A backslash would begin a request of roff, and a hyphen would be taken for a dash. -->
<xsl:template name="escape">
  <xsl:param name="text"/>
  <xsl:variable name="slashes">
    <xsl:call-template name="replace">
      <xsl:with-param name="text" select="$text"/>
      <xsl:with-param name="what" select="'\'"/>
      <xsl:with-param name="by" select="'\e'"/>
    </xsl:call-template>
  </xsl:variable>
  <xsl:call-template name="replace">
    <xsl:with-param name="text" select="string($slashes)"/>
    <xsl:with-param name="what" select="'-'"/>
    <xsl:with-param name="by" select="'\-'"/>
  </xsl:call-template>
</xsl:template>

<xsl:template name="replace">
  <xsl:param name="text"/>
  <xsl:param name="what"/>
  <xsl:param name="by"/>
  <xsl:choose>
    <xsl:when test="contains($text, $what)">
      <xsl:value-of select="concat(substring-before($text, $what), $by)"/>
      <xsl:call-template name="replace">
        <xsl:with-param name="text" select="substring-after($text, $what)"/>
        <xsl:with-param name="what" select="$what"/>
        <xsl:with-param name="by" select="$by"/>
      </xsl:call-template>
    </xsl:when>
    <xsl:otherwise><xsl:value-of select="$text"/></xsl:otherwise>
  </xsl:choose>
</xsl:template>

</xsl:stylesheet>
